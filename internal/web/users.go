package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"sync"

	config_util "github.com/prometheus/common/config"
	"golang.org/x/crypto/bcrypt"
)

const (
	maxVerified = 1024
	// maxPassword is above what bcrypt looks at (72 bytes).
	maxPassword = 1024
)

// users checks passwords of web users against bcrypt hashes. A hash takes tens
// of milliseconds by design, so successes are remembered under a keyed hash,
// and no more hashes run at once than there are processors.
type users struct {
	grants map[string]*grant
	hashes map[string][]byte
	decoy  []byte
	key    []byte
	slots  chan struct{}

	mu       sync.Mutex
	verified map[[sha256.Size]byte]struct{}
}

func newUsers(grants map[string]*grant, hashes map[string]config_util.Secret) (*users, error) {
	u := &users{
		grants: grants, hashes: map[string][]byte{}, key: make([]byte, sha256.Size),
		slots: make(chan struct{}, runtime.GOMAXPROCS(0)), verified: map[[sha256.Size]byte]struct{}{},
	}
	if _, err := rand.Read(u.key); err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	cost := bcrypt.MinCost
	for name, hash := range hashes {
		c, err := bcrypt.Cost([]byte(hash))
		if err != nil {
			return nil, fmt.Errorf("web user %q: the password is not a bcrypt hash", name)
		}
		cost = max(cost, c)
		u.hashes[name] = []byte(hash)
	}
	if len(hashes) == 0 {
		return u, nil
	}
	decoy, err := bcrypt.GenerateFromPassword(u.key, cost)
	if err != nil {
		return nil, errors.New("make a hash for unknown users: " + err.Error())
	}
	u.decoy = decoy
	return u, nil
}

// any reports whether there is a web user at all.
func (u *users) any() bool { return len(u.grants) > 0 }

// known returns the grant of a user whose password was verified before, or nil.
func (u *users) known(name, password string) *grant {
	sum := u.sum(name, password)
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, ok := u.verified[sum]; ok {
		return u.grants[name]
	}
	return nil
}

// verify returns the grant of the user, or nil when the user is unknown or the
// password is wrong; both take as long. ready is asked once its turn has come.
func (u *users) verify(name, password string, ready func() bool) *grant {
	if !u.any() || len(password) > maxPassword {
		return nil
	}
	u.slots <- struct{}{}
	defer func() { <-u.slots }()
	if !ready() {
		return nil
	}
	hash, ok := u.hashes[name]
	if !ok {
		hash = u.decoy
	}
	if err := bcrypt.CompareHashAndPassword(hash, []byte(password)); err != nil || !ok {
		return nil
	}
	u.remember(u.sum(name, password))
	return u.grants[name]
}

func (u *users) remember(sum [sha256.Size]byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.verified) >= maxVerified {
		clear(u.verified)
	}
	u.verified[sum] = struct{}{}
}

func (u *users) sum(name, password string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, u.key)
	h.Write([]byte(name))
	h.Write([]byte{0})
	h.Write([]byte(password))
	h.Sum(sum[:0])
	return sum
}
