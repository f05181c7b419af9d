// Package report shows an [edgewise.Comparison]: as pictures, as tables for a terminal or a README,
// and as files for other programs.
//
// [WriteAll] and [WriteRun] write everything into a directory, with a [Manifest] that says what it was
// made from; [Compare] checks a report against a run made again. The parts can be had alone: [LatencyCDF],
// [LatencyCCDF], [QuantileShift] and [HitRatios] draw a [Picture] that writes itself as SVG or PNG; [WriteTable] and
// [WriteMarkdown] write the comparison table; [WriteCSV] writes one figure a row, for R or pandas;
// [WriteJSON] writes the whole comparison.
//
// Every figure is shown with its confidence interval over replications, or the report says why there
// is none. The same comparison gives the same bytes.
//
// # Reading a latency CDF
//
// A point (20 ms, 75 %) on a line says that this placement answers 75 % of the requests within 20 ms.
// A line further left is faster. The circle marks the median, the diamond the 99th percentile, the
// slowest request in a hundred. Where a line has a plateau there are two kinds of requests, for
// example hits and misses, and the height of the plateau is the share of the fast ones. Lines that
// cross mean that one placement is better for some requests and worse for others.
package report
