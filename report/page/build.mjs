// Builds the bundle of the page: dist/page.js, dist/page.css and dist/licences.txt. The same packages give the same bytes.
import {build} from "esbuild";
import fs from "node:fs";
import path from "node:path";

const here = import.meta.dirname;
const out = process.argv[2] ?? path.join(here, "dist");
fs.mkdirSync(out, {recursive: true});

const {metafile} = await build({
  entryPoints: [path.join(here, "src/main.js")],
  outfile: path.join(out, "page.js"),
  bundle: true, minify: true, format: "iife", target: "es2022", charset: "utf8", legalComments: "none", metafile: true,
});
await build({entryPoints: [path.join(here, "src/page.css")], outfile: path.join(out, "page.css"), minify: true, charset: "utf8", legalComments: "none"});

// What would end the element that they stand in.
for (const [name, end] of [["page.js", /<\/(script)/gi], ["page.css", /<\/(style)/gi]]) {
  const file = path.join(out, name);
  let text = fs.readFileSync(file, "utf8").replace(end, "<\\/$1").replaceAll("<!--", "<\\!--").trimEnd();
  fs.writeFileSync(file, text);
}

// The licence of every package that is in it.
const packages = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const at = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (at) packages.add(at[1]);
}
const root = fs.existsSync(path.join(here, "node_modules")) ? path.join(here, "node_modules") : process.env.NODE_PATH;
let licences = "";
for (const name of [...packages].sort()) {
  const dir = path.join(root, name);
  const {version, license} = JSON.parse(fs.readFileSync(path.join(dir, "package.json"), "utf8"));
  const file = fs.readdirSync(dir).find(f => /^licen[cs]e/i.test(f));
  licences += `${name} ${version} (${license})\n\n${file ? fs.readFileSync(path.join(dir, file), "utf8").trim() : ""}\n\n`;
}
licences += "Borders: Natural Earth (https://www.naturalearthdata.com), public domain, as world-atlas has them.\n";
fs.writeFileSync(path.join(out, "licences.txt"), licences);
