// An image of version 23, damaged in other ways.

import { damageAnywhere } from "./damage.ts";

damageAnywhere("v23-s1/before.ckpt", 0xda3a9e, 1500);
