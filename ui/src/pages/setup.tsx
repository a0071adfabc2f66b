import { PageHead } from "../frame/PageHead.tsx";
import { t } from "../words/en.ts";

export default function Setup() {
  return <PageHead title={t.pages.setup} />;
}
