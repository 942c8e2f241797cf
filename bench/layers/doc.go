// Package layers holds the micro-benchmarks: one for each layer between the bytes
// of a device and the answer that a caller holds. Their allocations are counted,
// since those do not depend on what else the machine does.
package layers
