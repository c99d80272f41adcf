// An image of version 23, cut off at every seventh byte.

import { cutAnywhere } from "./damage.ts";

cutAnywhere("v23-s1/before.ckpt", 1, 7);
