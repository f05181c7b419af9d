// Validates scenario files as an editor with yaml-language-server does, by the schema that their modeline names.
//
//	node check.mjs FILE...        fails if one has a problem
//	node check.mjs --wrong FILE   fails if it has none
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolve } from "node:path";

const require = createRequire(import.meta.url);
const { getLanguageService } = require("yaml-language-server/out/server/src/languageservice/yamlLanguageService.js");
const { TextDocument } = require("vscode-languageserver-textdocument");

const service = getLanguageService({
  schemaRequestService: async (uri) => readFileSync(fileURLToPath(uri), "utf8"),
  workspaceContext: { resolveRelativePath: (relative, base) => new URL(relative, base).href },
});
service.configure({ validate: true, completion: true, yamlVersion: "1.2", customTags: [] });

const args = process.argv.slice(2);
const wantsProblems = args[0] === "--wrong";
let failed = false;
for (const file of wantsProblems ? args.slice(1) : args) {
  const uri = pathToFileURL(resolve(file)).href;
  const document = TextDocument.create(uri, "yaml", 0, readFileSync(file, "utf8"));
  const problems = await service.doValidation(document, false);
  for (const p of problems) console.log(`${file}:${p.range.start.line + 1}: ${p.message.replaceAll("\n", " ")}`);
  if ((problems.length > 0) !== wantsProblems) {
    console.log(`${file}: ${problems.length} problems; want ${wantsProblems ? "some" : "none"}`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
