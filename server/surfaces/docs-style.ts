/** The reference's own style and search; nothing is loaded from elsewhere. */
export const docsStyle = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #556070; --page: #ffffff; --panel: #f4f6f8; --line: #d9dee5; --link: #0b57a8; --get: #0f6b3a; --post: #0b57a8; --patch: #8a4b00; --delete: #a81c1c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf0; --soft: #a5b0bd; --page: #12161c; --panel: #1b222b; --line: #313b47; --link: #7db8ff; --get: #6fd39b; --post: #7db8ff; --patch: #f0b35c; --delete: #ff8f8f; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--page); }
a { color: var(--link); } :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code, pre { font: 0.875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 0.8rem 1rem; overflow: auto; max-height: 28rem; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: 0.5rem; }
.top { padding: 1.5rem 2rem 1rem; border-bottom: 1px solid var(--line); } .top h1 { margin: 0; font-size: 1.6rem; } .top p { margin: 0.25rem 0 0; color: var(--soft); }
.columns { display: grid; grid-template-columns: 19rem minmax(0, 1fr); }
nav { position: sticky; top: 0; align-self: start; height: 100vh; overflow: auto; padding: 1.25rem 1rem 3rem 2rem; border-right: 1px solid var(--line); }
nav label { display: block; font-weight: 600; font-size: 0.875rem; margin-bottom: 0.3rem; }
nav input { width: 100%; padding: 0.5rem 0.7rem; font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--soft); border-radius: 8px; }
nav h2 { font-size: 0.8rem; margin: 1.2rem 0 0.3rem; letter-spacing: 0.03em; } nav h2 a { color: var(--soft); text-decoration: none; }
nav ul { list-style: none; margin: 0; padding: 0; } nav li a { display: flex; gap: 0.4rem; padding: 0.2rem 0; text-decoration: none; color: var(--ink); font-size: 0.875rem; overflow-wrap: anywhere; } nav li a:hover { text-decoration: underline; }
#found { margin: 0.3rem 0 0; color: var(--soft); font-size: 0.8rem; min-height: 1.2em; }
main { padding: 1rem 2.5rem 6rem; max-width: 62rem; }
main > section > h2 { font-size: 1.35rem; margin: 2.2rem 0 0.5rem; }
article { border-top: 1px solid var(--line); padding: 1.1rem 0 1.6rem; } h3 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; } h4 { margin: 1.1rem 0 0.4rem; font-size: 0.9rem; }
.name { color: var(--soft); margin: 0.2rem 0 0.6rem; font-size: 0.9rem; overflow-wrap: anywhere; }
.verb { font: 700 0.72rem/1.6 ui-monospace, monospace; min-width: 3.9em; display: inline-block; } .get { color: var(--get); } .post, .put { color: var(--post); } .patch { color: var(--patch); } .delete { color: var(--delete); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 0.9rem; } th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.8rem 0.4rem 0; border-bottom: 1px solid var(--line); font-weight: 400; } thead th { color: var(--soft); font-size: 0.8rem; } td { overflow-wrap: anywhere; }
.must { color: var(--delete); font-style: normal; font-size: 0.75rem; } details { margin: 0.5rem 0; } summary { cursor: pointer; font-size: 0.9rem; }
@media (max-width: 800px) { .columns { display: block; } nav { position: static; height: auto; max-height: 45vh; border-right: 0; border-bottom: 1px solid var(--line); padding: 1rem; } main { padding: 1rem; } .top { padding: 1rem; } }
@media print { nav, .skip { display: none; } .columns { display: block; } }
`;

export const docsScript = `
const box = document.getElementById("search");
const found = document.getElementById("found");
const items = [...document.querySelectorAll("nav li")].map((item) => ({ item, words: item.dataset.find, article: document.getElementById(item.querySelector("a").hash.slice(1)) }));
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const { item, words: text, article } of items) {
    const shown = words.every((word) => text.includes(word));
    item.hidden = !shown;
    article.hidden = !shown;
    if (shown) count += 1;
  }
  for (const group of document.querySelectorAll("nav .group")) group.hidden = !group.querySelector("li:not([hidden])");
  for (const section of document.querySelectorAll("main section:not(.intro)")) section.hidden = !section.querySelector("article:not([hidden])");
  found.textContent = words.length ? count + (count === 1 ? " operation" : " operations") : "";
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
});
`;
