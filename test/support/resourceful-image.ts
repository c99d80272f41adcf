// A Linux-CR image with rows in every table that v23 has records for: the sample of the original writer's code, and
// records for what its program did not have.

import { encodeText } from "../../app/model/text/text.ts";
import { cString, insertBefore, makeRecord, type Parts, setField, setPayload, takeApart } from "./edit-image.ts";
import { fixtureBytes } from "./open.ts";

const SECOND = 1_000_000_000n;

/** Objref of the label's text, and the number by which objects name the label. */
const [LABEL, LABEL_REFERENCE] = [900, 901];

const PERMISSIONS = {
  "perms.uid": 1000,
  "perms.gid": 1001,
  "perms.cuid": 1002,
  "perms.cgid": 1003,
  "perms.mode": 0o640,
};

const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

/** Objref of the undo list of the first task. */
const UNDO = 902;

/** The image: armed timers, a label, an alternate signal stack, an undo list, and an IPC object of each kind. */
export async function resourcefulImage(): Promise<Parts> {
  let image = await takeApart(fixtureBytes("linux-cr/v23-s1/before.ckpt"));
  const set = (name: string, fields: Readonly<Record<string, number | bigint>>): void => {
    for (const [field, value] of Object.entries(fields)) image = setField(image, name, 0, field, value);
  };
  set("SIGNAL", {
    it_real_value: SECOND / 4n,
    it_real_incr: 5n * SECOND,
    it_virt_incr: SECOND / 2n,
    it_prof_value: 3n * SECOND,
  });
  set("TASK", { sas_ss_sp: 0x7fff_0000, sas_ss_size: 8192 });
  set("MM", { flags: 1 });
  set("CRED", { sec_ref: LABEL_REFERENCE });
  image = insertBefore(
    image,
    "CRED",
    0,
    makeRecord(image, "OBJREF", { objtype: image.dialect.enums.CKPT_OBJ?.get("SECURITY") ?? 0, objref: LABEL }),
    makeRecord(image, "SECURITY", { ptrref: LABEL_REFERENCE, sectype: 4 }),
    makeRecord(image, "STRING", {}, cString("system_u:system_r:server_t")),
  );
  return withUndo(withIpc(image));
}

const shorts = (values: readonly number[]): Uint8Array => new Uint8Array(Int16Array.from(values).buffer);

/** What the kernel adds to the semaphores when the first task ends. */
function withUndo(image: Parts): Parts {
  return insertBefore(
    setField(image, "TASK_OBJS", 0, "sem_undo_objref", UNDO),
    "TASK_OBJS",
    0,
    makeRecord(image, "OBJREF", { objtype: image.dialect.enums.CKPT_OBJ?.get("SEM_UNDO") ?? 0, objref: UNDO }),
    makeRecord(image, "TASK_SEM_UNDO_LIST", { count: 1 }),
    makeRecord(image, "TASK_SEM_UNDO", { semid: 5, semadj_count: 3 }),
    makeRecord(image, "BUFFER", {}, shorts([-7, 0, 1])),
  );
}

/** The image with these values of its undo list. */
export const withAdjustments = (image: Parts, values: readonly number[]): Parts =>
  setPayload(image, "BUFFER", bufferAfter(image, "TASK_SEM_UNDO"), shorts(values));

/** The number of the BUFFER after the first record of a name. */
function bufferAfter(image: Parts, name: string): number {
  const before = image.parts.findIndex((part) => part.name === name);
  return image.parts.slice(0, before).filter((part) => part.name === "BUFFER").length;
}

/** A segment of shared memory, a message queue with a message, and a set of three semaphores. */
function withIpc(given: Parts): Parts {
  let image = given;
  const after = (nth: number, ...parts: ReturnType<typeof makeRecord>[]): void => {
    image = setField(image, "IPC", nth, "ipc_count", 1);
    // The next list, or what follows the last.
    image = nth < 2 ? insertBefore(image, "IPC", nth + 1, ...parts) : insertBefore(image, "NS", 0, ...parts);
  };
  after(
    0,
    makeRecord(image, "IPC_SHM", { ...PERMISSIONS, "perms.id": 3, "perms.key": 0x5348, shm_segsz: 8192 }),
    makeRecord(image, "PGARR", { nr_pages: 0 }),
  );
  const message = encodeText("hello");
  after(
    1,
    makeRecord(image, "IPC_MSG", {
      ...PERMISSIONS,
      "perms.id": 4,
      "perms.key": 0x4d53,
      q_qnum: 1,
      q_cbytes: message.length,
      q_qbytes: 16_384,
    }),
    makeRecord(image, "IPC_MSG_MSG", { m_type: 1, m_ts: message.length }),
    makeRecord(image, "BUFFER", {}, message),
  );
  after(
    2,
    makeRecord(image, "IPC_SEM", { ...PERMISSIONS, "perms.id": 5, "perms.key": 0x5345, sem_nsems: 3 }),
    makeRecord(image, "BUFFER", {}, words(7, 100, 0, 0, 2, 101)),
  );
  return image;
}

/** The image with these values of its semaphores, in a BUFFER of `struct sem` of a size. */
export function withSemaphores(image: Parts, values: readonly number[], size: number): Parts {
  const bytes = new Uint8Array(values.length * size);
  for (const [nth, value] of values.entries()) new DataView(bytes.buffer).setInt32(nth * size, value, true);
  return setPayload(image, "BUFFER", bufferAfter(image, "IPC_SEM"), bytes);
}
