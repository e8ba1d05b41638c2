// Sends calls through the official generic Node client: one JSON object per line in, one per line out.
// Usage: node calls.js HOST:PORT ACCESS_KEY_ID ACCESS_KEY_SECRET, with the client installed beside it.
"use strict";
const path = require("node:path");
const readline = require("node:readline");
const { createRequire } = require("node:module");

const local = createRequire(path.join(process.cwd(), "calls.js"));
const core = local("@alicloud/openapi-core");
const { RuntimeOptions } = local("@darabonba/typescript");
const { Config, OpenApiRequest, Params } = core.$OpenApiUtil;
const [endpoint, accessKeyId, accessKeySecret] = process.argv.slice(2);
const client = new core.default(
  new Config({ endpoint, accessKeyId, accessKeySecret, protocol: "HTTP", regionId: "cn-hangzhou" }),
);

async function call({ action, method, pathname, version, query, body }) {
  const params = new Params({
    action,
    version: version || "2020-12-03",
    protocol: "HTTP",
    pathname,
    method,
    authType: "AK",
    style: "ROA",
    reqBodyType: "json",
    bodyType: "json",
  });
  const request = new OpenApiRequest({ headers: {}, query: query || {}, ...(body ? { body } : {}) });
  try {
    const answer = await client.callApi(params, request, new RuntimeOptions({}));
    return { status: answer.statusCode, body: answer.body };
  } catch (error) {
    return { status: error.statusCode || 0, code: error.code, message: error.message };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await call(JSON.parse(line))) + "\n");
  }
})();
