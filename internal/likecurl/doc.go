// Package likecurl holds this command against curl: the same command lines, run by both
// against the same servers, are to give the same output, the same files, the same exit
// status, and the same bytes to the server. It has nothing but tests, which are skipped
// where no curl is installed.
//
// The servers are in the tests, so that every byte that came is known; a few commands go to
// nginx too. What is known to differ between the curl that is installed and the current
// one, which is the measure, is said beside the command.
package likecurl
