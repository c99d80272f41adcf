// Files of host facts, mutated, compared with what images demand of a host.

import { checkImage } from "../../../app/checks/check.ts";
import { readFacts } from "../../../app/checks/host/facts.ts";
import { indexFacts } from "../../../app/checks/host/host.ts";
import { decodeText, encodeText } from "../../../app/model/text/text.ts";
import { otherHost, PLAIN } from "../../support/host-facts.ts";
import { type Seed, setSeeds, streamSeeds } from "../corpus.ts";
import { holdVisible } from "../holds.ts";
import { mutate } from "../mutate.ts";
import { holdFindings } from "../outputs.ts";
import { pick, type Random, type Target } from "../target.ts";
import { replacedValue } from "./json-text.ts";

/** What a machine has that all kinds of demands are compared with. */
const BUSY = {
  ...otherHost(),
  sockets: [
    {
      protocol: "tcp",
      state: "listen",
      local: "0.0.0.0:80",
      remote: null,
      reuse: false,
      v6Only: null,
      pid: 812,
      name: "nginx",
    },
  ],
  unix: [{ path: "@abstract", pid: 7, name: "dbus" }],
  ptys: [0],
};

const TEXTS = [JSON.stringify(PLAIN), JSON.stringify(BUSY)];

const RESTORE_OPTIONS = ["", "--shell-job", "--root /r --tcp-close", "--file-validation=filesize -j", "-\u202e --=,,="];

/** Facts are refused, or compared: the document follows its schema either way. */
async function run(seeds: readonly Seed[], next: Random): Promise<void> {
  const { truth } = pick(seeds, next);
  const whole = pick(TEXTS, next);
  const text = next(3) === 0 ? decodeText(mutate(encodeText(whole), next).bytes) : replacedValue(whole, next);
  const facts = readFacts(text);
  if ("refused" in facts) return holdVisible(facts.refused, "a refusal");
  const options = next(2) === 0 ? {} : { restoreOptions: pick(RESTORE_OPTIONS, next) };
  const indexed = indexFacts(facts.facts);
  const found = await checkImage(truth.image, {
    host: next(4) === 0 ? { ...options, facts: indexed, dumpFacts: indexed } : { ...options, facts: indexed },
  });
  holdFindings(truth.image.checkpoint, found);
}

export async function factsTargets(): Promise<Target[]> {
  const seeds = [...(await setSeeds()), ...(await streamSeeds()).slice(0, 6)];
  return [{ name: "facts", share: 4, run: (next) => run(seeds, next) }];
}
