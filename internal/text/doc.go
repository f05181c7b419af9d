// Package text is the one layer under every reader of a user's own data. It knows how text files differ and nothing
// of what they say:
//
//   - [NewReader] makes plain text of a file: UTF-8 without a byte order mark, from UTF-16 too, with lines that end in
//     a line feed, whatever ended them before.
//   - [Lines] reads that line by line, [Cells] row by row: separators found, quotes and blanks removed, nothing longer
//     than [MaxRowBytes] held in memory.
//   - [Table] is [Cells] with a header: columns by name, values checked, errors with file, line and column.
//   - [KindOf] says what a file is that is none of these: JSON, GML, a web page, an access log.
//
// All of it streams, so that a file may be larger than memory. What is odd but not wrong goes to a [Warn].
package text
