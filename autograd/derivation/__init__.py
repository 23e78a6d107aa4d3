"""The derivation in words and signs: `explain`, `proofread`, names, formulas, expressions."""
