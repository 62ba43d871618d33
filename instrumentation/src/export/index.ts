export { CloseSpanProcessor, type CloseSpanProcessorOptions } from './close-span-processor.ts';
