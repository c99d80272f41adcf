// Property tests use the same examples in every run, so that a new failure comes from a change of the code.
// CKPTSCOPE_SEED sets another seed.

import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.CKPTSCOPE_SEED ?? 20_090_527) });
