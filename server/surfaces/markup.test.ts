import assert from "node:assert/strict";
import { test } from "node:test";
import { attributes, markup } from "./markup.ts";

test("text is escaped, markup is not, and nothing leaves nothing", () => {
  const name = `<b>"Bo" & 'Co'</b>`;
  const escaped = "&lt;b&gt;&quot;Bo&quot; &amp; &#39;Co&#39;&lt;/b&gt;";
  assert.equal(markup`<p title="${name}">${name}</p>`.text, `<p title="${escaped}">${escaped}</p>`);
  assert.equal(
    markup`${markup`<i>`}|${["<", markup`<hr>`, 0]}|${false}${null}${undefined}`.text,
    "<i>|&lt;<hr>0|",
  );
});

test("attributes are escaped; false and undefined are left out", () => {
  const shown = attributes({ value: `"><script>`, required: true, hidden: false, id: undefined, max: 3 });
  assert.equal(markup`<input${shown}>`.text, `<input value="&quot;&gt;&lt;script&gt;" required max="3">`);
});
