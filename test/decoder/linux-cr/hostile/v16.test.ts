// An image of version 16, cut off and damaged.

import { cutAnywhere, damageAnywhere } from "./damage.ts";

cutAnywhere("v16-s4/before.ckpt");
damageAnywhere("v16-s4/before.ckpt", 0x5eed, 3000);
