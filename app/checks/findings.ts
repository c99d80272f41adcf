// What the checks of an image found: its faults, what a restore of it needs, and how it compares with a host.

import type { FoundFindings } from "./finding.ts";
import type { Demands } from "./host/demand.ts";
import type { HostReport } from "./host/report.ts";
import type { Needs } from "./needs.ts";

/** What the checks found. */
export interface Findings extends FoundFindings {
  /** What a restore needs beyond the set. Absent: not known for the format. */
  readonly needs?: Needs;
  /** What the image demands of a host, and the comparison. Absent: not asked for. */
  readonly demands?: Demands;
  readonly host?: HostReport;
}
