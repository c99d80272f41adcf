// Catches exceptions while rendering, so that the page reports them instead of going blank.

import { Component, type ErrorInfo, type ReactNode } from "react";
import { copyText } from "../../shell/save.ts";
import "./Boundary.css";

interface Props {
  readonly children: ReactNode;
}

interface Fault {
  readonly error: Error | null;
  readonly where: string;
}

/** A class, because React has no hook for this. */
export class Boundary extends Component<Props, Fault> {
  override state: Fault = { error: null, where: "" };

  static getDerivedStateFromError(error: Error): Partial<Fault> {
    return { error };
  }

  override componentDidCatch(_error: Error, info: ErrorInfo): void {
    this.setState({ where: info.componentStack ?? "" });
  }

  override render(): ReactNode {
    const { error, where } = this.state;
    if (error === null) return this.props.children;
    const details = `${error.name}: ${error.message}\n${error.stack ?? ""}\n${where}\n${navigator.userAgent}`;
    return (
      <main className="boundary">
        <h1>Something went wrong in ckptscope</h1>
        <p>
          The image was not changed and has not left this browser. Reload the page to start again. The details help to
          fix the bug: they contain parts of the program, not of the image.
        </p>
        <p className="mono boundary-message">{error.message}</p>
        <p className="boundary-actions">
          <button type="button" onClick={() => window.location.reload()}>
            Reload
          </button>
          <button type="button" onClick={() => void copyText(details)}>
            Copy details
          </button>
        </p>
      </main>
    );
  }
}
