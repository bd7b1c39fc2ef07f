// Unpacks what @sparticuz/chromium brings: node unpack.mjs IN OUT
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

await pipeline(createReadStream(process.argv[2]), createBrotliDecompress(), createWriteStream(process.argv[3]));
