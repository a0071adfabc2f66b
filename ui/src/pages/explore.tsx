import { PageHead } from "../frame/PageHead.tsx";
import { t } from "../words/en.ts";

export default function Explore() {
  return <PageHead title={t.pages.explore} />;
}
