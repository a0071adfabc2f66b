package reply_test

import (
	"testing"

	"github.com/luneo-platform/luneo/internal/reply"
)

func TestStylePolicyNamesTheStyle(t *testing.T) {
	t.Parallel()
	const want = "default-src 'none'; style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; frame-ancestors 'none'; base-uri 'none'"
	if got := reply.StylePolicy("<p><style></style>"); got != want { // the hash of nothing
		t.Errorf("%s, want %s", got, want)
	}
	if a, b := reply.StylePolicy("<style>a</style>"), reply.StylePolicy("<style>b</style>"); a == b {
		t.Errorf("two styles have one hash: %s", a)
	}
}
