// Kernel settings of IPC and network namespaces, by the names of sysctl(8). CRIU stores most of them by their places in
// lists of its own (criu/net.c, criu/ipc_ns.c).

import type { Values } from "../../decoder/criu/wire/values.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { RecordRow } from "../../model/rows.ts";
import type { Tables } from "../tables.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

/** A setting; `undefined`: the kernel has no such setting, or the image does not say. `null`: it is not set. */
type Setting = readonly [name: string, value: string | Uint8Array | null | undefined];

/** sysctl_type. Only settings that are text can be unset. */
const CTL_STR = 5;

/** net.ipv4.conf.DEVICE, in the order of net_device_entry.conf4. */
const IPV4 =
  "accept_local accept_redirects accept_source_route arp_accept arp_announce arp_filter arp_ignore arp_notify bootp_relay disable_policy disable_xfrm force_igmp_version forwarding igmpv2_unsolicited_report_interval igmpv3_unsolicited_report_interval log_martians medium_id promote_secondaries proxy_arp proxy_arp_pvlan route_localnet rp_filter secure_redirects send_redirects shared_media src_valid_mark tag ignore_routes_with_linkdown drop_gratuitous_arp drop_unicast_in_l2_multicast".split(
    " ",
  );

/** net.ipv6.conf.DEVICE, in the order of net_device_entry.conf6. */
const IPV6 =
  "accept_dad accept_ra accept_ra_defrtr accept_ra_from_local accept_ra_min_hop_limit accept_ra_mtu accept_ra_pinfo accept_ra_rt_info_max_plen accept_ra_rtr_pref accept_redirects accept_source_route autoconf dad_transmits disable_ipv6 drop_unicast_in_l2_multicast drop_unsolicited_na force_mld_version force_tllao forwarding hop_limit ignore_routes_with_linkdown keep_addr_on_down max_addresses max_desync_factor mldv1_unsolicited_report_interval mldv2_unsolicited_report_interval mtu ndisc_notify optimistic_dad proxy_ndp regen_max_retry router_probe_interval router_solicitation_delay router_solicitation_interval router_solicitations stable_secret suppress_frag_ndisc temp_prefered_lft temp_valid_lft use_oif_addrs_only use_optimistic use_tempaddr".split(
    " ",
  );

/** netns_entry.unix_conf and ipv4_sysctl. */
const UNIX = ["max_dgram_qlen"];
const IPV4_WHOLE = ["ping_group_range"];

/** In `conf`, which older releases wrote: the kernel has no such setting. */
const UNUSED = -1;

/** Fields of ipc_var_entry. */
const IPC: readonly (readonly [name: string, field: string])[] = [
  ["kernel.msgmax", "msg_ctlmax"],
  ["kernel.msgmnb", "msg_ctlmnb"],
  ["kernel.msgmni", "msg_ctlmni"],
  ["kernel.auto_msgmni", "auto_msgmni"],
  ["kernel.shmmax", "shm_ctlmax"],
  ["kernel.shmall", "shm_ctlall"],
  ["kernel.shmmni", "shm_ctlmni"],
  ["kernel.shm_rmid_forced", "shm_rmid_forced"],
  ["fs.mqueue.queues_max", "mq_queues_max"],
  ["fs.mqueue.msg_max", "mq_msg_max"],
  ["fs.mqueue.msgsize_max", "mq_msgsize_max"],
  ["fs.mqueue.msg_default", "mq_msg_default"],
  ["fs.mqueue.msgsize_default", "mq_msgsize_default"],
];

/** Fields of ipc_var_entry that are absent unless they are set. */
const NEXT_IDS = ["msg_next_id", "sem_next_id", "shm_next_id"];

/** Reads the table of kernel settings. */
export async function readSysctls(set: SetReader, tables: Tables): Promise<void> {
  if (!tables.wants("sysctls")) return;
  for await (const entry of set.entries("ipcns-var")) {
    const found = messageOf(entry, "ipc_var_entry");
    if (found !== null) addAll(tables, "ipc", entry.number, entry.record, ipcSettings(found));
  }
  for await (const entry of set.entries("netns")) {
    const found = messageOf(entry, "netns_entry");
    if (found !== null) addAll(tables, "net", entry.number, entry.record, networkSettings(found));
  }
  for await (const entry of set.entries("netdev")) {
    const found = messageOf(entry, "net_device_entry");
    if (found !== null) addAll(tables, "net", entry.number, entry.record, deviceSettings(found));
  }
}

/** Adds settings. */
function addAll(tables: Tables, kind: string, namespace: number, record: RecordRow, settings: Iterable<Setting>): void {
  tables.hold("sysctls");
  for (const [name, value] of settings) {
    if (value !== undefined && !tables.add("sysctls", { namespace, kind, name, value }, NONE, record)) return;
  }
}

function* ipcSettings(entry: Values): Generator<Setting> {
  const semaphores = entry.numbers("sem_ctls");
  yield ["kernel.sem", semaphores.length === 0 ? undefined : semaphores.join(" ")];
  for (const [name, field] of IPC) yield [name, entry.exact(field) ?? undefined];
  for (const field of NEXT_IDS) yield [`kernel.${field}`, entry.exact(field)];
}

function* networkSettings(entry: Values): Generator<Setting> {
  for (const [device, field] of [
    ["default", "def"],
    ["all", "all"],
  ]) {
    yield* valuesOf(entry, `${field}_conf4`, `net.ipv4.conf.${device}.`, IPV4);
    yield* olderValuesOf(entry, `${field}_conf`, `net.ipv4.conf.${device}.`);
    yield* valuesOf(entry, `${field}_conf6`, `net.ipv6.conf.${device}.`, IPV6);
  }
  yield* valuesOf(entry, "unix_conf", "net.unix.", UNIX);
  yield* valuesOf(entry, "ipv4_sysctl", "net.ipv4.", IPV4_WHOLE);
}

function* deviceSettings(entry: Values): Generator<Setting> {
  const device = entry.text("name") ?? "";
  yield* valuesOf(entry, "conf4", `net.ipv4.conf.${device}.`, IPV4);
  yield* olderValuesOf(entry, "conf", `net.ipv4.conf.${device}.`);
  yield* valuesOf(entry, "conf6", `net.ipv6.conf.${device}.`, IPV6);
}

/** The settings in a list of sysctl_entry. A place after those that are known has its number. */
const valuesOf = (entry: Values, field: string, prefix: string, names: readonly string[]): Setting[] =>
  entry
    .each(field, (each) => (each.number("type") === CTL_STR ? each.bytes("sarg") : (each.exact("iarg") ?? undefined)))
    .map((value, at): Setting => [`${prefix}${names[at] ?? `setting ${at}`}`, value]);

const olderValuesOf = (entry: Values, field: string, prefix: string): Setting[] =>
  entry
    .numbers(field)
    .map(
      (value, at): Setting => [`${prefix}${IPV4[at] ?? `setting ${at}`}`, value === UNUSED ? undefined : String(value)],
    );
