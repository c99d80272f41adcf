// The page while an image is open: the head, the banner, the panels.

import type { Doc } from "../../shell/state.ts";
import { Head } from "../Head/Head.tsx";
import { Workspace } from "../Workspace/Workspace.tsx";
import { Banner } from "./Banner.tsx";

export function Opened({ doc }: { doc: Doc }) {
  return (
    <>
      <Head />
      <Banner />
      <Workspace doc={doc} />
    </>
  );
}
