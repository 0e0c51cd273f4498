"""Features in, scores and reasons out: rules, rankers, measures, the registry. Frames only; no database, no clock.

`matrix`       what a matrix is: the key, the columns and what is known of each
`rules`        the written-down rules (`rules.toml`) and the order they give
`boosting`     the model: an additive, monotone, calibrated boosting whose contributions are exact
`candidates`   the other candidates of `grid.toml`; `tabulated` the regression as steps, `sampling` fewer negatives
`baselines`    what the model has to beat, with `written_scores`; `rankers` lists them all behind one interface
`selecting`    who ranks, chosen by earlier splits, and what additivity costs; `ablation` what each source adds
`outcome`      which cut-offs are mature on a day and which rows count
`measures`     precision, recall and lift at k under ties, AUC, AP, Brier; `bootstrap` their intervals
`training`     fit, calibrate, evaluate on later cut-offs, and say whether the model may be promoted
`registry`     model files, cards and promotions
`reasons`      sentences in Danish and English (`sentences.toml`), each with the facts it cites
"""
