// Package licences has tests alone: they see to it that NOTICE names every module that the command links, with its licence, and that
// licences.txt has the texts.
//
//	go test ./internal/licences -update
//
// writes both anew.
package licences
