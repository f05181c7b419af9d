package report

// isWritable reports true: there are no permissions of directories to be seen.
func isWritable(string) bool { return true }
