// Names of the protocols of sockets, which are numbered anew in each address family.

type Words = Readonly<Record<number, string>>;

/** IPPROTO_… of Linux include/uapi/linux/in.h and in6.h, and of net/mptcp and net/smc. */
export const IP_PROTOCOLS: Words = {
  0: "ip",
  1: "icmp",
  2: "igmp",
  4: "ipip",
  6: "tcp",
  8: "egp",
  12: "pup",
  17: "udp",
  22: "idp",
  29: "tp",
  33: "dccp",
  41: "ipv6",
  46: "rsvp",
  47: "gre",
  50: "esp",
  51: "ah",
  58: "icmpv6",
  92: "mtp",
  94: "beetph",
  98: "encap",
  103: "pim",
  108: "comp",
  115: "l2tp",
  132: "sctp",
  135: "mobility-header",
  136: "udplite",
  137: "mpls",
  143: "ethernet",
  144: "aggfrag",
  255: "raw",
  256: "smc",
  262: "mptcp",
};

/** NETLINK_… of Linux include/uapi/linux/netlink.h. */
export const NETLINK_PROTOCOLS: Words = {
  0: "route",
  1: "unused",
  2: "usersock",
  3: "firewall",
  4: "sock_diag",
  5: "nflog",
  6: "xfrm",
  7: "selinux",
  8: "iscsi",
  9: "audit",
  10: "fib_lookup",
  11: "connector",
  12: "netfilter",
  13: "ip6_fw",
  14: "dnrtmsg",
  15: "kobject_uevent",
  16: "generic",
  18: "scsitransport",
  19: "ecryptfs",
  20: "rdma",
  21: "crypto",
  22: "smc",
};

/** ETH_P_… of Linux include/uapi/linux/if_ether.h, in host byte order: those that packet sockets listen to. */
export const ETHER_TYPES: Words = {
  3: "all",
  4: "802.2",
  12: "can",
  13: "canfd",
  2048: "ip",
  2054: "arp",
  8944: "tsn",
  8947: "trill",
  32821: "rarp",
  33024: "802.1q",
  34525: "ipv6",
  34824: "pause",
  34825: "slow",
  34887: "mpls",
  34888: "mpls-multicast",
  34915: "pppoe-discovery",
  34916: "pppoe-session",
  34958: "pae",
  34978: "aoe",
  34984: "802.1ad",
  35018: "tipc",
  35020: "lldp",
  35045: "macsec",
  35063: "ptp",
  35078: "fcoe",
  35093: "roce",
};

/**
 * By address family, as in SOCKET_FAMILIES. Linux include/uapi/linux/can.h, smc.h; include/net/bluetooth/bluetooth.h.
 */
const PROTOCOLS: Readonly<Record<string, Words>> = {
  inet: IP_PROTOCOLS,
  inet6: IP_PROTOCOLS,
  netlink: NETLINK_PROTOCOLS,
  can: { 1: "raw", 2: "bcm", 3: "tp16", 4: "tp20", 5: "mcnet", 6: "isotp", 7: "j1939" },
  bluetooth: {
    0: "l2cap",
    1: "hci",
    2: "sco",
    3: "rfcomm",
    4: "bnep",
    5: "cmtp",
    6: "hidp",
    7: "avdtp",
    8: "iso",
  },
  smc: { 0: "smc", 1: "smc6" },
};

const NONE: Words = {};

/** The words for the protocols of an address family. */
export const protocolsOf = (family: string): Words => PROTOCOLS[family] ?? NONE;
