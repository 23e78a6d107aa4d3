"""Coming from micrograd, PyTorch, JAX, scikit-learn or Keras: what is called otherwise here, and what differs silently.

What you write there works here too, or is an error that says what to write: the first two tables of each part. The third
has what no error tells: the same line, another number. In all of them `v` and `w` are Values, `y` is computed
from them, `f(x, y)` is a function, `neuron`, `layer` and `model` are of `nn`.

## micrograd, and its lecture

Write `from autograd import Value` for `from micrograd.engine import Value`, and `from nn import Neuron, Layer, MLP` for
`from micrograd.nn import Neuron, Layer, MLP`. Then micrograd's notebooks run. The lecture's own Neuron, Layer and MLP,
which have no base class, go to `fit`, `draw`, `show` and `worksheet` as they are, once `nn` is imported.

| works here too | is called here |
| --- | --- |
| `y._prev`, `y._op`, `y._backward()` | `y.parents`, `y.op`, `steps(y)` |
| `draw_dot(y)` of the lecture | `draw(y)`; for Graphviz `draw(y).digraph` |
| `sum((w * v for w, v in zip(xs, xs)), w)` | `dot(xs, xs, bias=w)` |
| `model.zero_grad()`, `model.parameters()` | the same |

| is an error that says so | is called here |
| --- | --- |
| `draw(y, rankdir="TB")` | `digraph = draw(y).digraph`, `digraph.attr(rankdir="TB")` |
| `draw(y, format="svg")` | `draw(y).save` |
| `neuron.w`, `neuron.b`, `neuron.nonlin` | `neuron.weights`, `neuron.bias`, `neuron.activation` |
| `Neuron(nin=2)`, `Layer(nin=2, nout=3)`, `MLP(nin=2, nouts=[4, 1])` | `MLP(n_inputs=2, sizes=[4, 1])` |
| `Neuron(2, nonlin=False)` | `Neuron(2, activation="linear")` |
| `model.layers[0].neurons[0].w[0].data` | `neuron.weights`: `model.layers[0].neurons[0].weights[0].data` |

| what differs | there | here |
| --- | --- | --- |
| activations | ReLU, but for the last layer; in the lecture tanh, in the last layer too | `MLP(2, [4, 1])` has tanh, but for the last layer; `Neuron(2)` and `Layer(2, 3)` have none: say `activation=`, `output=` |
| how weights start | between -1 and 1, all alike; biases 0, in the lecture as the weights | as suits the activation, see `nn.initialisers`; `initialiser="uniform"` is micrograd's, `"at_random"` the lecture's |
| `random.seed(1337)` | repeats the weights | repeats the weights too, but they are other ones; `seed=1` repeats those of one model alone |
| a second `backward()` | wrong: inner nodes hand on what they had | leaves add exactly up |
| the slope of ReLU at 0 | 0 | 1 |
| a number, as in `2 * v` | becomes a Value, with a box in `draw_dot` | is a constant: no Value, no gradient; `draw` has a dashed box for it |
| the sum of a neuron of n inputs | 2n nodes | one node, `dot` |
| `v - w`, `v / w` | several nodes, `v + (-1)*w`, `v * w**-1` | one node each |
| `v == 2.0` | False, since it is another object | a TypeError; compare `v.data`. `v < 2.0`, an error there, compares the numbers |
| `Value(2).data` | 2, as it was given | 2.0, always a float |

## PyTorch

| works here too | is called here |
| --- | --- |
| `nn.losses.mse([1.0], [0.0], reduction="sum")` | the same |
| a Module with weights in lists, dicts and object arrays | the same: see `nn.Module` |
| weight decay on the weights alone | `Grouped((model.weights, SGD(0.1, weight_decay=0.01)), (model.biases, SGD(0.1)))` |
| `model.state_dict()`, `model.load_state_dict(model.state_dict())` | the same |
| `to_torch(Neuron(2))`, `to_torch(Layer(2, 3))` | the same |

| is an error that says so | is called here |
| --- | --- |
| `v.item()`, `v.numpy()`, `v.detach()` | `v.data`, `v.stop_gradient()` |
| `v.grad_fn`, `v.is_leaf` | `v.op`, `v.operands`, `v.op is None` |
| `v.clamp(0.0, 1.0)`, `v.square()`, `v.pow(2)` | `v.clip(0.0, 1.0)`, `v**2` |
| `y.backward(retain_graph=True)`, `v.retain_grad()` | leave it out: `y.backward()` |
| `y.backward(create_graph=True)` | leave it out: `grad(grad(lambda x: x**3))(2.0)` |
| `autograd.tensor(0.4)`, `nn.Parameter(0.4)` | `Value(0.4)` |
| `nn.Linear(2, 3)` | `Layer(2, 3)` |
| `nn.Sequential(layer)` | `MLP(2, [16, 1])`, `MLP.from_layers([layer])` |
| `nn.ReLU()` | `Layer(2, 3, 'relu')`, `relu(v)` |
| `nn.MSELoss()` | `nn.losses.mse([1.0], [0.0])` |
| `nn.losses.MeanSquaredError(reduction="sum")`, `nn.losses.mse(reduction="sum")` | `mse([1.0], [0.0], reduction="sum")`; `fit` takes the mean over the examples of a step |
| `layer.weight`, `layer.bias` | `layer.weights`, `layer.biases` |
| `Layer(2, 3, bias=False)` | a bias that is not trained: `layer = Layer(2, 3, biases=[0.0, 0.0, 0.0], weights=layer.weights)`, `Grouped((layer.weights, SGD(0.1)))` |
| `SGD(model.parameters(), lr=0.1)` | `optimizer = SGD(lr=0.1)` |
| `SGD([{"params": model.parameters()}])` | `optimizer = SGD(lr=0.1)`, `Grouped((model.layers[0], SGD(0.1)), (model.layers[1], SGD(0.01)))` |
| `optimizer.zero_grad()`, `optimizer.step()` | `model.zero_grad()`, `optimizer.step(model.parameters())` |
| `optimizer.param_groups`, `optimizer.add_param_group` | `optimizer.lr`, `Grouped((model.layers[0], SGD(0.1)), (model.layers[1], SGD(0.01)))` |
| `SGD(0.1, momentum=0.9)` | `Momentum(0.1, gamma=0.9)` |
| `Adam(betas=(0.9, 0.99))`, `Adam(eps=1e-7)` | `Adam(beta1=0.9, beta2=0.99)`, `Adam(epsilon=1e-7)` |
| `w.requires_grad = False` | `optimizer.step(model.layers[1].parameters())`, or for `fit` `Grouped((model.layers[1], SGD(0.1)))` |
| `fit(model, X, Y, lr=0.1)` | `fit(model, X, Y, optimizer=SGD(0.1))` |
| `model.train()`, `model.eval()`, `model.cuda()` | leave it out |
| `fit(torch.nn.Linear(2, 1), X, Y)` | `nn.from_torch` |

| what differs | there | here |
| --- | --- | --- |
| a leaf with a gradient | `torch.tensor(0.4, requires_grad=True)` | `Value(0.4)`: every leaf has one |
| the slope of ReLU at 0 | 0 | 1 |
| the slope of the maximum at a tie | half for each | all for the first |
| `log(-1)`, `1/0` | NaN, infinity | an error at the operation, with the names |
| numbers | 32 bits | 64 bits |
| how weights start | uniform, biases too | Xavier or He, biases 0 |
| momentum when the rate changes | the rate stands outside the velocity: it is scaled, too | inside, as the notes have it: it keeps its length |
| `w -= 0.1 * w.grad` outside `no_grad` | an error | a new Value of that name; inside `no_grad()` the leaf changes, as there |

## JAX

| works here too | is called here |
| --- | --- |
| `grad(f, argnums=[0, 1])(2.0, 3.0)`, `grad(f)(2.0, y=3.0)` | the same |
| `grad(pair, has_aux=True)(2.0)`, `value_and_grad(pair, has_aux=True)(2.0)` | the same |
| `grad(lambda p: p["w"] * p["b"][0])({"w": 2.0, "b": [3.0]})` | the same |
| `vjp(f, 2.0, 3.0)`, `jvp(f, (2.0, 3.0), (1.0, 0.0))`, `hessian(f)(2.0, 3.0)` | the same |
| `grad(f).__name__`, `grad(f).__doc__` | those of `f` |

| is an error that says so | is called here |
| --- | --- |
| `autograd.jacfwd(f)`, `autograd.jacrev(f)` | `jacobian(f)` |
| `autograd.jit(f)`, `autograd.vmap(f)` | `compile(y, inputs=[v])` |
| `grad(f, argnum=0)`, of HIPS autograd | `grad(f, argnums=0)` |
| `autograd.elementwise_grad(f)`, of HIPS autograd | `[grad(f)(x, 3.0) for x in (1.0, 2.0)]` |

| what differs | there | here |
| --- | --- | --- |
| `if x > 0` in a function | an error under `jit` | is taken as the numbers say; `compile` and `fit` notice, and say where |
| a whole number to `grad` | an error | is a real number |
| the slope of ReLU at 0 | 0 | 1 |
| the slope of the maximum at a tie | half for each | all for the first |
| `where` with a NaN in the form that is not chosen | its gradient is NaN | what is not chosen gets 0 |
| `log(-1)`, `1/0` | NaN, infinity | an error at the operation, with the names |
| numbers | 32 bits | 64 bits |

## scikit-learn and Keras

| works here too | is called here |
| --- | --- |
| `"loss" in history`, `list(history)` | the same: the columns; the rows are `history.rows` |

| is an error that says so | is called here |
| --- | --- |
| `model.fit(X, Y)` | `nn.fit(model, X, Y)` |
| `model.coefs_`, `model.intercepts_` | `model.weights`, `model.biases` |
| `MLP(2, hidden_layer_sizes=[16])`, `MLP(2, [16, 1], random_state=0)` | `MLP(2, sizes=[16, 1], seed=0)` |
| `fit(model, X, Y, validation_split=0.2)`, `fit(model, X, Y, verbose=1)` | `fit(model, X, Y, validation=0.25, progress=False)` |
| `history.history["loss"]`, `history.keys()` | `history["loss"]`, `history.columns` |
| `history[-1]` | `history.rows[-1]` |
"""  # noqa: E501 - a row of a table is one line
