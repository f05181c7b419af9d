// The page in a real browser. PAGES names the directory with the pages that TestPagesForTheBrowser of package report has written.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import {after, before, test} from "node:test";
import {pathToFileURL} from "node:url";
import axe from "axe-core";
import pixelmatch from "pixelmatch";
import {chromium} from "playwright-core";
import {PNG} from "pngjs";

const pages = process.env.PAGES ?? "pages";
const shots = path.join(import.meta.dirname, "screenshots");
const update = process.env.UPDATE === "1";
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--font-render-hinting=none", "--disable-lcd-text", "--hide-scrollbars"],
  });
});
after(() => browser?.close());

// open opens a page, and fails the test if it asks for anything or complains.
async function open(t, name, {width = 1300, height = 900, hash = "", ...options} = {}) {
  const context = await browser.newContext({viewport: {width, height}, ...options});
  const page = await context.newPage(), faults = [];
  page.on("request", r => { if (!/^(file|blob|data):/.test(r.url()) || r.url().startsWith("file:") && !r.url().includes(`${name}.html`)) faults.push(`request ${r.url().slice(0, 100)}`); });
  page.on("pageerror", e => faults.push(`error ${e.stack}`));
  page.on("console", m => faults.push(`console ${m.text()}`));
  await page.goto(pathToFileURL(path.resolve(pages, `${name}.html`)) + hash);
  await page.waitForSelector("html[data-drawn]", {timeout: 20000}).catch(error => assert.fail([error.message, ...faults].join("\n")));
  t.after(async () => {
    assert.deepEqual(faults, []);
    await context.close();
  });
  return page;
}

// settled waits until all is drawn again: what is in view is at once, the rest in the pauses after it.
const settled = page => page.waitForSelector("html[data-drawn]", {timeout: 20000});

const visible = page => page.$$eval("main > section:not([hidden])", all => all.map(s => s.id));

test("what has content is there, and nothing else", async t => {
  const page = await open(t, "small", {hash: "#workload=web+site"});
  assert.deepEqual(await visible(page), ["answer", "within", "latency", "breakdown", "map", "metros", "caches", "links", "timeline", "bill", "basis", "downloads"]);
  assert.equal(await page.$$eval("#map .maps figure", all => all.length), 7, "a map a placement, and one a difference");
  const one = await open(t, "one");
  assert.deepEqual(await visible(one), ["answer", "within", "latency", "breakdown", "basis", "downloads"]);
});

test("the pointer reads lines with their intervals", async t => {
  const page = await open(t, "small");
  const hover = page.locator("#latency .hover").first();
  await hover.scrollIntoViewIfNeeded();
  const box = await hover.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const tip = await page.locator("#tip").innerText();
  assert.match(tip, /answered within [\d.]+ ms/);
  assert.equal(tip.match(/± [\d.]+ %/g)?.length, 4, tip);
  const map = await page.locator("#map circle.metro").first();
  await map.scrollIntoViewIfNeeded();
  await map.hover({force: true});
  assert.match(await page.locator("#tip").innerText(), /Town \d+[^]*ms[^]*of all/);
  const metros = page.locator("#metros figure svg").first();
  await metros.evaluate(s => s.scrollIntoView({block: "start"}));
  const row = await metros.boundingBox();
  await page.mouse.move(row.x + row.width / 2, row.y + 130);
  assert.match(await page.locator("#tip").innerText(), /Town \d+, Utopia[^]*ms/);
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#tip").isHidden());
});

test("the keyboard reads them, too", async t => {
  const page = await open(t, "small");
  // Tab leads from the top to the filters.
  const seen = new Set();
  for (let k = 0; k < 12; k++) {
    await page.keyboard.press("Tab");
    seen.add(await page.evaluate(() => document.activeElement.closest("form")?.id ?? document.activeElement.className));
  }
  assert.ok(seen.has("skip") && seen.has("filters"), [...seen].join());
  await page.locator("#latency .hover").first().focus();
  await page.keyboard.press("ArrowRight");
  const first = await page.locator("#tip").innerText();
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await page.locator("#tip").innerText(), first);
});

test("what is shown stands in the address, and an address shows it", async t => {
  const page = await open(t, "small");
  await page.selectOption("#workload", {label: "API"});
  await page.selectOption("#metro", {label: "Town 3, Utopia"});
  await page.locator("#placements input").nth(2).uncheck();
  await settled(page);
  const hash = await page.evaluate(() => location.hash);
  assert.equal(hash, "#workload=API&metro=metro-3&hide=Region+%2B+Local+Zones");
  assert.equal(await page.locator("#latency h2 small").innerText(), "API");
  assert.equal(await page.$$eval("#map .maps figure", all => all.length), 5);
  assert.equal(await page.$$eval("#map circle.picked", all => all.length), 5);
  const texts = await page.$$eval("#metros figure svg text", all => all.map(t => t.textContent));
  assert.ok(texts.some(x => x.startsWith("Town 3")));
  assert.ok(!texts.some(x => x.startsWith("Town 4")));

  const again = await open(t, "small", {hash});
  assert.equal(await again.locator("#workload").evaluate(s => s.selectedOptions[0].text), "API");
  assert.equal(await again.$$eval("#placements input:checked", all => all.length), 3);
  assert.equal(await again.$$eval("#map circle.picked", all => all.length), 5);
  await again.evaluate(() => { location.hash = "#workload=game"; });
  await again.waitForFunction(() => document.querySelector("#latency h2 small").textContent === "game");
});

test("every drawing has a name and a table", async t => {
  const page = await open(t, "small", {hash: "#workload=web+site"});
  assert.deepEqual(await page.$$eval("main svg[role=img]", all => all.filter(s => !s.getAttribute("aria-label")).length), 0);
  assert.deepEqual(await page.$$eval("main .drawn figure", all => all.filter(f => !f.closest(".maps") && !f.querySelector("details.data")).map(f => f.textContent.slice(0, 40))), []);
  for (const details of await page.$$("main details.data")) await details.evaluate(d => { d.open = true; });
  await page.waitForTimeout(100);
  const rows = await page.$$eval("main details.data", all => all.map(d => d.querySelectorAll("tbody tr").length));
  assert.ok(rows.length > 10 && rows.every(n => n > 0), rows.join());
  assert.deepEqual(await page.$$eval("main td", all => all.filter(c => /NaN|undefined|\[object/.test(c.textContent)).map(c => c.textContent)), []);
});

test("lines are named where they end, each once, or by a legend", async t => {
  const page = await open(t, "small", {hash: "#workload=web+site"});
  const names = await page.$$eval("#placements label", all => all.map(l => l.textContent));
  for (const svg of await page.$$("#timeline .halves svg")) {
    const labels = await svg.$$eval("text.line-name", all => all.map(t => { const b = t.getBoundingClientRect(); return {text: t.textContent, left: b.left, right: b.right, top: b.top, bottom: b.bottom}; }));
    assert.ok(labels.length > 0);
    for (const a of labels) for (const b of labels) if (a !== b) assert.ok(a.bottom <= b.top + 2 || b.bottom <= a.top + 2 || a.right <= b.left || b.right <= a.left, `${a.text} covers ${b.text}`);
    for (const a of labels) assert.ok(names.includes(a.text), a.text);
    const edge = await svg.evaluate(s => Math.max(...[...s.querySelectorAll("g[stroke^='var(--p'] path")].map(p => p.getBoundingClientRect().right)));
    for (const a of labels) assert.ok(a.left >= edge, `${a.text} lies on the lines: ${a.left} < ${edge}`);
  }
  assert.equal(await page.$$eval("#timeline .legend", all => all.length), 0);
  // Of distributions, all lines of both drawings have a name, or there is a legend.
  for (const [name, hash] of [["small", "#workload=web+site"], ["small", "#workload=API"], ["one", ""], ["large", ""]]) {
    const of = await open(t, name, {hash});
    const [named, legend] = [await of.$$eval("#latency text.line-name", all => all.length), await of.$$eval("#latency .legend", all => all.length)];
    assert.ok(legend === 1 || named > 0 || name === "one", `${name}${hash}: ${named} names, ${legend} legends`);
  }
  const small = await open(t, "small", {width: 390, hash: "#workload=web+site"});
  assert.equal(await small.$$eval("#timeline .legend", all => all.length), 1, "there is no room beside lines on a phone");
});

test("a long list is folded, and whole on paper", async t => {
  const page = await open(t, "folded");
  const assumed = page.locator("#basis details.more").first();
  assert.match(await assumed.innerText(), /^\d+ more$/);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.ok(await assumed.evaluate(d => d.open));
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.ok(!await assumed.evaluate(d => d.open));
});

test("nobody was answered: a line over time has a gap", async t => {
  const page = await open(t, "folded");
  const moves = await page.$$eval("#timeline .halves svg", all => all[1].querySelector("g[stroke='var(--p0)'] path").getAttribute("d").match(/M/g).length);
  assert.equal(moves, 2, "before and after");
});

test("all requests are followed over time: what fails is seen, with its band, under what happened", async t => {
  const page = await open(t, "small", {hash: "#workload=web+site"});
  const titles = () => page.$$eval("#timeline .halves figcaption", all => all.map(f => f.textContent));
  assert.deepEqual(await titles(), ["Requests, a second", "Failed, a second", "Time to first byte (TTFB), p95, ms", "Hits, %", "Requests to origins, a second"], "rejected is 0 throughout");
  const failed = page.locator("#timeline .halves svg").nth(1);
  assert.ok(await failed.locator("path[fill-opacity='0.16'], g[fill-opacity='0.16'] path").count() > 0, "bands");
  assert.equal(await failed.evaluate(s => [...s.querySelectorAll("rect, path")].filter(r => (r.getAttribute("fill") ?? "").includes("tint")).length), 3, "a failure, a drain and a flash crowd");
  await failed.evaluate(s => s.scrollIntoView({block: "center"}));
  const box = await failed.boundingBox();
  await page.mouse.move(box.x + 50 + (box.width - 250) * .4, box.y + 100);
  assert.match(await page.locator("#tip").innerText(), /min[^]*Region only \(us-west-2\)\s*(0|20)/);
  // Another line is chosen, and stands in the address.
  await page.selectOption("#timeline select", "p50");
  assert.deepEqual(await titles(), ["Time to first byte (TTFB), p50, ms"]);
  assert.equal(await page.evaluate(() => location.hash), "#workload=web+site&line=p50");
  const again = await open(t, "small", {hash: "#workload=web+site&line=all"});
  assert.equal(await again.$$eval("#timeline .halves figcaption", all => all.length), 8);
  assert.match(await again.locator("#timeline").innerText(), /Yellow: flash crowd[^]*What happens[^]*Hill/);
});

test("games have their waits, and their sites hour by hour", async t => {
  const page = await open(t, "small");
  const captions = await page.$$eval("#games figcaption", all => all.map(f => f.firstChild.textContent));
  for (const name of ["Wait for the first match, by number of sites", "Region only (us-west-2)", "Region + Local Zones + PoPs"]) assert.ok(captions.includes(name), captions.join());
  const drawing = page.locator("#games figure", {has: page.locator("figcaption", {hasText: /^Region \+ Local Zones \+ PoPs/})}).locator("svg").last();
  assert.deepEqual((await drawing.locator("text.line-name").allTextContents()).sort(), ["Harbour", "Hill", "New Town", "Old Town"]);
  await drawing.evaluate(s => s.scrollIntoView({block: "center"}));
  const box = await drawing.boundingBox();
  await page.mouse.move(box.x + 60, box.y + 60);
  assert.match(await page.locator("#tip").innerText(), /about 18:30[^]*Old Town[^]*Hill/);
});

test("misses stand by the size of the caches", async t => {
  const page = await open(t, "small", {hash: "#workload=web+site"});
  const chart = page.locator("#caches figure", {hasText: "What the caches miss"});
  assert.match(await chart.locator("svg").getAttribute("aria-label"), /Region \+ PoPs 2\.1 GB, [\d.]+ %; Region \+ Local Zones 4\.3 GB/);
  assert.equal(await chart.locator("svg text.name").count(), 3);
});

test("metros that lose stand first", async t => {
  const page = await open(t, "small", {hash: "#workload=API"});
  const names = await page.$$eval("#metros details.data", all => { all[0].open = true; return new Promise(done => setTimeout(() => done([...all[0].querySelectorAll("tbody th")].map(c => c.textContent)), 50)); });
  // mapped makes every seventh metro lose, from the fourth on.
  assert.deepEqual(names.slice(0, 5).map(n => +n.match(/\d+/)[0] % 7), [3, 3, 3, 3, 3]);
  assert.notEqual(+names[5].match(/\d+/)[0] % 7, 3);
});

test("data can be saved", async t => {
  const page = await open(t, "hostile");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("button[data-file='figures.csv']")]);
  assert.equal(download.suggestedFilename(), "figures.csv");
  const text = fs.readFileSync(await download.path(), "utf8");
  assert.match(text, /^placement,workload,metric,statistic,unit,value,low,high,difference/);
  assert.ok(text.includes(`"'=1+1, `), "no cell is a formula");
});

test("what is followed over time is there as CSV, too", async t => {
  for (const [name, line] of [["small", /^.*,web site,660,failed,a second,[\d.]+,[\d.]+,[\d.]+\r$/m], ["folded", /^.*,web site,[\d.]+,mean [^,]*,ms,[\d.]+,,\r$/m]]) {
    const page = await open(t, name);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("button[data-file='series.csv']")]);
    assert.match(fs.readFileSync(await download.path(), "utf8"), line, name);
  }
});

test("names are text", async t => {
  const page = await open(t, "hostile");
  assert.match(await page.title(), /^<img src=x/);
  assert.equal(await page.$$eval("img, body script", all => all.length), 1, "the page's own script");
  assert.ok((await page.locator("#placements").innerText()).includes("</script><script>"));
});

test("a search has its page", async t => {
  const page = await open(t, "search");
  assert.match(await page.locator("#answer").innerText(), /Choose New Town/);
  assert.match(await page.locator("#search").innerText(), /The alternatives, the best first[^]*New Town/);
});

test("a sweep along a key has its page", async t => {
  const page = await open(t, "line");
  assert.deepEqual(await visible(page), ["answer", "along", "crossings", "tables", "basis", "downloads"]);
  assert.match(await page.locator("#answer").innerText(), /zone & more has less than region below calls = [\d.]+ \(/);
  assert.match(await page.locator("#along figcaption").first().innerText(), /zone & more crosses region at [\d.]+ \([\d.]+ to [\d.]+\)/);
  assert.equal(await page.$$eval("#along figure", all => all.length), 2);
  // The pointer reads the point that is nearest, and a metro has lines of its own.
  const drawing = page.locator("#along svg").first();
  await drawing.evaluate(s => s.scrollIntoView({block: "center"}));
  const box = await drawing.boundingBox();
  await page.mouse.move(box.x + box.width - 20, box.y + 100);
  assert.match(await page.locator("#tip").innerText(), /workloads\.api\.data\.calls 4[^]*region[^]*zone & more[^]*against region/);
  const before = await drawing.innerHTML();
  await page.selectOption("#metro", {label: "Madrid"});
  await settled(page);
  assert.match(await page.locator("#along figcaption").first().innerText(), /Madrid/);
  assert.notEqual(await page.locator("#along svg").first().innerHTML(), before);
  assert.equal(await page.evaluate(() => location.hash), "#metro=madrid-es");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("button[data-file='points.csv']")]);
  const rows = fs.readFileSync(await download.path(), "utf8").trim().split("\r\n");
  assert.match(rows[0], /^point,workloads\.api\.data\.calls,placement,metro,figure,unit,value,low,high,difference/);
  assert.equal(rows.length, 1 + 2 * 4 * (1 + 3) + 2 * 4, "placements, points, all and three metros; and the second figure");
});

test("a sweep over two keys has maps, and says what each key does", async t => {
  const page = await open(t, "heat");
  assert.deepEqual(await visible(page), ["answer", "along", "influences", "tables", "basis", "downloads"]);
  assert.equal(await page.$$eval("#along figure", all => all.length), 2, "the baseline and what the other differs from it");
  assert.equal(await page.$$eval("#along svg", all => all[1].querySelectorAll("rect, path[fill]").length >= 6), true);
  assert.match(await page.locator("#influences").innerText(), /zone & more − region[^]*calls/);
  await page.locator("#along svg").nth(1).hover({position: {x: 300, y: 25}});
  assert.match(await page.locator("#tip").innerText(), /calls[^]*requests_per_second[^]*against region/);
});

test("it prints: in black on white, without what cannot be used on paper", async t => {
  const page = await open(t, "small", {colorScheme: "dark"});
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({media: "print", colorScheme: "dark"});
  assert.ok(await page.locator("#filters").isHidden());
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  assert.ok(await page.$$eval("main svg", all => all.every(s => s.getBoundingClientRect().width <= 720)));
  const pdf = await page.pdf({format: "A4"});
  assert.ok(pdf.length > 30000);
  await page.emulateMedia({media: "screen"});
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.ok(await page.locator("#filters").isVisible());
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing serious, ${colorScheme}`, async t => {
    for (const [name, width] of colorScheme === "light" ? [["small", 1300], ["search", 390], ["line", 800], ["heat", 390]] : [["small", 800]]) {
      const page = await open(t, name, {width, colorScheme, bypassCSP: true});
      for (const details of await page.$$("main details")) await details.evaluate(d => { d.open = true; });
      await page.evaluate(axe.source);
      const {violations} = await page.evaluate(() => window.axe.run(document, {resultTypes: ["violations"]}));
      const serious = violations.filter(v => ["serious", "critical"].includes(v.impact));
      assert.deepEqual(serious.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 120)).join(" | ")}`), []);
    }
  });
}

test("a world is drawn, and drawn again, without waiting", async t => {
  const page = await open(t, "large");
  const [inView, drawn] = await page.evaluate(() => [document.documentElement.dataset.ready, document.documentElement.dataset.drawn]);
  const redrawn = await page.evaluate(async () => {
    const s = document.getElementById("workload"), begun = performance.now();
    s.value = "5";
    s.dispatchEvent(new Event("change"));
    return Math.round(performance.now() - begun);
  });
  t.diagnostic(`12 placements, 10 workloads, 200 metros: what is in view in ${inView} ms, all in ${drawn} ms, another workload in ${redrawn} ms`);
  await settled(page);
  assert.equal(await page.$$eval("#map .maps figure", all => all.length), 23);
  assert.equal(await page.$$eval("#map .maps figure:first-child circle.metro", all => all.length), 400);
});

for (const width of [1300, 800, 390]) {
  test(`nothing is wider than the window, and it looks as it did, at ${width} px`, async t => {
    for (const [name, hash] of [["small", ""], ["hostile", ""], ["line", ""], ["heat", ""], ...(width === 390 ? [["large", ""]] : [])]) {
      const wide = await open(t, name, {width, hash});
      assert.ok(await wide.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} at ${width}`);
      // Texts of a drawing do not leave it, and axis marks do not cover one another.
      const faults = await wide.$$eval("main .drawn svg", all => all.flatMap(s => {
        const frame = s.getBoundingClientRect(), texts = [...s.querySelectorAll("text")].filter(t => t.textContent.trim());
        return texts.filter(t => { const b = t.getBoundingClientRect(); return b.width && (b.left < frame.left - 3 || b.right > frame.right + 3); }).map(t => `${s.getAttribute("aria-label")?.slice(0, 40)}: ${t.textContent}`);
      }));
      assert.deepEqual(faults, [], `${name} at ${width}`);
    }
    const page = await open(t, "small", {width, hash: "#workload=web+site"});
    await page.evaluate(() => { document.getElementById("filters").style.position = "static"; });
    const png = PNG.sync.read(await page.screenshot({fullPage: true}));
    const file = path.join(shots, `${width}.png`);
    // Stored at a third of the size, in which the shapes of letters do not matter.
    const now = third(png);
    if (update || !fs.existsSync(file)) {
      assert.ok(update, `${file} is missing; UPDATE=1 stores it`);
      fs.mkdirSync(shots, {recursive: true});
      fs.writeFileSync(file, PNG.sync.write(now, {deflateLevel: 9}));
      return;
    }
    const stored = PNG.sync.read(fs.readFileSync(file));
    assert.equal(now.width, stored.width);
    assert.ok(Math.abs(now.height - stored.height) <= .01 * stored.height, `height ${now.height}, was ${stored.height}`);
    const height = Math.min(now.height, stored.height), cut = p => p.data.subarray(0, 4 * p.width * height);
    const differing = pixelmatch(cut(now), cut(stored), null, now.width, height, {threshold: .25}) / (now.width * height);
    t.diagnostic(`${(100 * differing).toFixed(2)} % of the pixels differ`);
    if (differing >= .02 && process.env.KEEP) fs.writeFileSync(path.join(process.env.KEEP, `${width}.png`), PNG.sync.write(now));
    assert.ok(differing < .02, `${(100 * differing).toFixed(1)} % of the pixels differ from ${file}`);
  });
}

// third makes a picture a third as wide and high, each pixel the mean of nine.
function third(png) {
  const out = new PNG({width: Math.floor(png.width / 3), height: Math.floor(png.height / 3)});
  for (let y = 0; y < out.height; y++) for (let x = 0; x < out.width; x++) for (let c = 0; c < 4; c++) {
    let sum = 0;
    for (let j = 0; j < 3; j++) for (let i = 0; i < 3; i++) sum += png.data[4 * ((3 * y + j) * png.width + 3 * x + i) + c];
    out.data[4 * (y * out.width + x) + c] = sum / 9;
  }
  return out;
}
