// Property tests draw the same examples in every run, so that a failure is the change's; CKPTSCOPE_SEED draws others.

import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.CKPTSCOPE_SEED ?? 20_090_527) });
