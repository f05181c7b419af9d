// How long until a page is drawn, by the clock: node time.mjs REPORT.html [width in px]. Seven openings in browsers without a cache, from the begin of the
// navigation until what is in view is drawn, and until all is.
import path from "node:path";
import {pathToFileURL} from "node:url";
import {chromium} from "playwright-core";

const openings = 7, [file, width = "1300"] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"]});
const times = {ready: [], drawn: []};
for (let k = 0; k < openings; k++) {
  const context = await browser.newContext({viewport: {width: +width, height: 900}}), page = await context.newPage();
  await page.addInitScript(() => {
    window.at = {};
    new MutationObserver(() => { for (const name of ["ready", "drawn"]) if (document.documentElement?.dataset[name]) window.at[name] ??= performance.now(); })
      .observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready", "data-drawn"]});
  });
  await page.goto(pathToFileURL(path.resolve(file)).href);
  await page.waitForFunction(() => window.at.drawn);
  const at = await page.evaluate(() => window.at);
  for (const name in times) times[name].push(Math.round(at[name]));
  await context.close();
}
await browser.close();
for (const name in times) {
  const sorted = times[name].sort((a, b) => a - b);
  console.log(`${name === "ready" ? "in view" : "all"}: ${sorted[(openings - 1) / 2]} ms, the median of ${sorted.join(", ")}`);
}
