/*
 * Shows a booking page where this script stands:
 *   <script src="https://…/book/embed.js" data-company="marlow-finch" data-service="leak-repair" async></script>
 * The site must be on the business's list (front_desk.booking_page.embed_origins). data-service and data-lang may be left out.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  const { company, service, lang } = script.dataset;
  if (!company) return console.error("embed.js: data-company is missing");
  const url = new URL(["/book", company, service].filter(Boolean).map(encodePart).join("/"), script.src);
  url.searchParams.set("embed", "1");
  if (lang) url.searchParams.set("lang", lang);
  const frame = document.createElement("iframe");
  frame.src = url.href;
  frame.title = script.dataset.title || "Booking";
  frame.style.cssText = "width:100%;min-height:32rem;border:0;color-scheme:auto";
  frame.setAttribute("loading", "lazy");
  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== url.origin) return;
    const { type, height } = event.data ?? {};
    if (type === "frontdesk-booking:height" && height > 0)
      frame.style.height = `${Math.min(height, 10000)}px`;
  });
  script.after(frame);

  function encodePart(part, index) {
    return index === 0 ? part : encodeURIComponent(part);
  }
})();
