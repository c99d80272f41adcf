// An image of version 23, cut off.

import { cutAnywhere } from "./damage.ts";

cutAnywhere("v23-s1/before.ckpt");
