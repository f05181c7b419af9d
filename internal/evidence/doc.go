// Package evidence says how far modelled delays are from measured ones, in words, tables and pictures:
// what stands in docs/delay-accuracy.md.
//
// [WriteMarkdown] writes the page from a cross-validation of the package calibrate, [Draw] its pictures.
package evidence
