// An image of version 23, damaged.

import { damageAnywhere } from "./damage.ts";

damageAnywhere("v23-s1/before.ckpt", 0x5eed, 1500);
