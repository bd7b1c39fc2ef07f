// A program that sends spans with the stock JavaScript SDK until its stdin ends; its last line is their number.
// Its argument is how: http or grpc.
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const transport = process.argv[2] === "grpc" ? "grpc" : "proto";
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${transport}`);
const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
const tracer = provider.getTracer("sender");
let made = 0;
const timer = setInterval(() => tracer.startSpan(`span ${made++}`).end(), 5);
process.stdin.on("end", async () => {
  clearInterval(timer);
  await provider.forceFlush().catch((error) => console.error(error));
  await provider.shutdown().catch((error) => console.error(error));
  console.log(made);
});
process.stdin.resume();
