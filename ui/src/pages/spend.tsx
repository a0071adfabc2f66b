import { PageHead } from "../frame/PageHead.tsx";
import { t } from "../words/en.ts";

export default function Spend() {
  return <PageHead title={t.pages.spend} />;
}
