import { PageHead } from "../frame/PageHead.tsx";
import { t } from "../words/en.ts";

export default function Settings() {
  return <PageHead title={t.pages.settings} />;
}
