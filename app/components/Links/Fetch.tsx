// Asks before a link from elsewhere, or a redirect to another host, fetches anything, and names the host.

import type { Address } from "../../link/address.ts";
import { visible } from "../../model/text/text.ts";
import { Modal } from "../Dialogs/Modal.tsx";
import "./Links.css";

interface Props {
  readonly addresses: readonly Address[];
  /** The host redirects there; the link itself does not name it. */
  readonly redirected?: boolean;
  onChoice(yes: boolean): void;
}

export function FetchDialog({ addresses, redirected = false, onChoice }: Props) {
  const hosts = [...new Set(addresses.map(({ host }) => host))];
  const local = [...new Set(addresses.filter((address) => address.local).map(({ host }) => host))];
  return (
    <Modal label="Fetch an image" className="fetch">
      <p>
        {redirected
          ? "The host has moved the image to"
          : `This link opens ${addresses.length === 1 ? "an image" : "images"} from`}{" "}
        <strong className="mono">{hosts.join(" and ")}</strong>. Fetch {addresses.length === 1 ? "it" : "them"}?
      </p>
      <ul>
        {addresses.map(({ url }) => (
          <li key={url} className="mono fetch-address">
            {visible(url)}
          </li>
        ))}
      </ul>
      {local.length > 0 && (
        <p className="warn">
          {local.join(" and ")} {local.length === 1 ? "is" : "are"} on this machine or in a private network. Continue
          only if you expected that.
        </p>
      )}
      <p className="muted">The host sees your network address and which image you request, nothing else.</p>
      <p className="dialog-actions">
        <button type="button" className="primary" onClick={() => onChoice(true)}>
          Fetch
        </button>
        <button type="button" onClick={() => onChoice(false)}>
          Cancel
        </button>
      </p>
    </Modal>
  );
}
