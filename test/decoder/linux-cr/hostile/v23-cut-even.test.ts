// An image of version 23, cut off at every even byte.

import { cutAnywhere } from "./damage.ts";

cutAnywhere("v23-s1/before.ckpt", 0, 2);
