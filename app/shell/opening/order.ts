// What to say about which of two images is before.

import { reversedText, type Verdict } from "../../model/comparison/earlier.ts";
import type { State } from "../state.ts";

/** How it is known which image is before; `null` if the user said so, or if it does not matter, as nothing differs. */
export const shownOrder = ({ order, compared }: Pick<State, "order" | "compared">): Verdict | null =>
  compared !== null && compared.comparison.changes.count === 0 ? null : order;

/** Whether the order that is shown is in doubt, in a few words; `null`: it is not. */
export function orderDoubt(order: Verdict | null): string | null {
  if (order === null) return null;
  if (!order.sure) return "order unsure";
  return order.earlier === "second" ? "order reversed?" : null;
}

/** The doubt as a sentence, with its reason. */
export function describeOrder(order: Verdict | null): string[] {
  if (order === null || orderDoubt(order) === null) return [];
  const doubt = reversedText(order) ?? `Which image is earlier is not certain. ${order.reason}`;
  return [`${doubt} Swap them if they are the wrong way round.`];
}
