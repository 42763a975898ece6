/* The booking pages work without this file. With it they do not reload while a day is being chosen. */
(() => {
  "use strict";
  const root = document.documentElement;
  const main = document.getElementById("main");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  /** The visitor's own zone: told to the server once, so that the next page comes in it at once. */
  function findZone() {
    if (!("findsZone" in root.dataset)) return;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone || zone === root.dataset.zone) return;
    document.cookie = `booking_zone=${encodeURIComponent(zone)}; Path=/book; Max-Age=31536000; SameSite=Lax`;
    const url = new URL(location.href);
    // Frames on other sites keep no cookies.
    if ("embed" in root.dataset) url.searchParams.set("tz", zone);
    root.dataset.zone = zone;
    void show(url.href, { replace: true });
  }

  let latest = 0;
  /** The address whose page is shown; a jump within it is no new page. */
  let shown = location.pathname + location.search;

  /** Puts the page at `url` in the place of this one, without a reload; whatever is in the way, the browser goes there. */
  async function show(url, { replace = false, focus } = {}) {
    const turn = ++latest;
    main.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { headers: { accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== latest) return;
      main.replaceChildren(...page.getElementById("main").childNodes);
      document.title = page.title;
      document.querySelector("footer")?.replaceWith(page.querySelector("footer"));
      if (replace) history.replaceState(null, "", url);
      else history.pushState(null, "", url);
      shown = location.pathname + location.search;
      main.removeAttribute("aria-busy");
      const target = focus && document.getElementById(focus);
      target?.focus({ preventScroll: true });
      if (target && focus === "times" && target.getBoundingClientRect().bottom > innerHeight - 80) {
        target.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
      }
    } catch {
      if (turn === latest) location.assign(url);
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-swap]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void show(link.href, { focus: link.dataset.swap || link.id });
  });

  addEventListener("popstate", () => {
    if (location.pathname + location.search !== shown) location.reload();
  });

  /** A zone is shown as soon as it is chosen. */
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-swap-form]");
    if (!form) return;
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form)).toString();
    void show(url.href, { focus: "times" });
  });

  /** Arrow keys walk over the days that have free times. */
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  document.addEventListener("keydown", (event) => {
    const here = event.target.closest?.(".days a");
    const step = steps[event.key];
    if (!here || !step) return;
    event.preventDefault();
    const date = new Date(`${here.id.slice(4)}T12:00:00Z`);
    for (let tries = 0; tries < 31; tries += 1) {
      date.setUTCDate(date.getUTCDate() + step);
      const next = document.getElementById(`day-${date.toISOString().slice(0, 10)}`);
      if (next) return next.focus();
    }
  });

  /** Nobody books twice by pressing twice. A page that comes back from the history can be sent again. */
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = "yes";
    event.target.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });

  /** How long a time is still kept; the clock of the server and this one may differ, so only the length counts. */
  function countDown() {
    const kept = document.querySelector("[data-hold-seconds]");
    if (!kept) return;
    const end = performance.now() + Number(kept.dataset.holdSeconds) * 1000;
    const shown = document.createElement("span");
    shown.className = "hint";
    shown.setAttribute("aria-hidden", "true");
    kept.append(" ", shown);
    const tick = () => {
      const left = Math.max(0, Math.round((end - performance.now()) / 1000));
      if (left === 0) {
        clearInterval(timer);
        kept.setAttribute("role", "status");
        kept.textContent = kept.dataset.over;
        return;
      }
      const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      shown.textContent = kept.dataset.left.replace("{time}", time);
    };
    const timer = setInterval(tick, 1000);
    tick();
  }

  /** In a frame: the page around it learns how tall this one is. It is told nothing else. */
  function tellHeight() {
    if (!("embed" in root.dataset) || parent === window) return;
    const tell = () =>
      parent.postMessage(
        { type: "frontdesk-booking:height", height: Math.ceil(document.body.scrollHeight) },
        "*",
      );
    new ResizeObserver(tell).observe(document.body);
    tell();
  }

  findZone();
  countDown();
  tellHeight();
})();
