package main

import (
	"encoding/json"
	"io"
)

// A printFlag says in which form a command prints what it has found. Every command has it, or a --format of its own that json is among.
type printFlag struct {
	Format string `default:"table" enum:"table,json" help:"What is printed: table, for people, or json, one document for programs."`
}

// printsJSON reports whether JSON is to be printed in place of tables and sentences.
func (f printFlag) printsJSON() bool { return f.Format == "json" }

// asReportFlags returns the flag as those of a command that prints a comparison have it.
func (f printFlag) asReportFlags() reportFlags { return reportFlags{Format: []string{f.Format}} }

// print prints what a command has found: as JSON, or as the text that people read.
func (f printFlag) print(w io.Writer, found any, text func(io.Writer) error) error {
	if f.printsJSON() {
		return writeJSON(w, found)
	}
	return text(w)
}

// write writes what a command has made to a file, or prints it where no file is named. Whatever the file, JSON is printed of what was found.
func (f printFlag) write(file string, out io.Writer, data []byte, found any) error {
	if !f.printsJSON() {
		return writeOutput(file, out, data)
	}
	if err := writeOutput(file, io.Discard, data); err != nil {
		return err
	}
	return writeJSON(out, found)
}

// writeJSON writes a document.
func writeJSON(w io.Writer, found any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(found)
}

// saidAlready prints nothing: what people read is on standard error.
func saidAlready(io.Writer) error { return nil }
