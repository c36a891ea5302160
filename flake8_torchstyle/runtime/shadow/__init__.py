"""Shadow execution: a program runs as ever, and at each pending rewrite both spellings are executed and compared.

`plan` finds the rewrites (in the starting process), `hook` compiles the modules that hold them from a syntax tree in
which `instrument` has put both spellings, `calls` and `comparison` run and judge one call on copies that `values`
makes, `records` keeps what a process saw, `report` puts all processes together. Files on disk are never touched.

The report, as JSON:

- `format` (1), `version` of this package, `torch` and `python` of the processes, `command`, `status` (its exit status),
  `seconds` of the whole, `seconds_added` by comparing, summed over processes;
- `devices` that were present and `absent` kinds of device;
- `processes`: a list of `{pid, argv, modules}`, one for each process that executed an instrumented module, where
  `modules` maps files to a problem, empty if there was none. A process that is not listed was not seen;
- `counts`: how many sites came to each status;
- `sites`: a list of `{filename, sha256, row, column, code, message, applicability, status, calls, compared, raised,
  gradients, difference, skipped, devices, shapes}`, one for each pending rewrite. `sha256` is of the file's bytes,
  `status` one of `same`, `different`, `nondeterministic` (the old spelling differs from itself), `skipped` (executed,
  but never compared), `not shadowed` (cannot be, `difference` says why) and `never executed`. `calls` counts executions
  and `compared` those run in both spellings, `raised` how many of these raised the same exception in both, `gradients`
  how many had their gradients compared too; `difference` is the first one in words; `skipped` maps reasons to numbers
  of calls; `shapes` are the first kinds of operands it was compared on.
"""
