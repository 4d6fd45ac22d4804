package fetch

import (
	"slices"
	"strings"

	"fetchscope/httpclient"
)

// nameTE names TE among the fields that are for this connection (RFC 9110, section
// 10.1.4). As with curl it joins the first Connection that is there, and these then come
// last.
func nameTE(fields httpclient.Fields) httpclient.Fields {
	var rest, connection httpclient.Fields
	for _, f := range fields {
		if strings.EqualFold(f.Name, "Connection") {
			connection = append(connection, f)
		} else {
			rest = append(rest, f)
		}
	}
	switch {
	case len(connection) == 0:
		connection = httpclient.Fields{{Name: "Connection", Value: "TE"}}
	case connection[0].Value == "":
		connection[0].Value = "TE"
	default:
		connection[0].Value += ", TE"
	}
	return slices.Concat(rest, connection)
}
