// An image of the seed patch, cut off and damaged.

import { cutAnywhere, damageAnywhere } from "./damage.ts";

cutAnywhere("seed-tables/before.ckpt");
damageAnywhere("seed-tables/before.ckpt", 0x5eed, 3000);
