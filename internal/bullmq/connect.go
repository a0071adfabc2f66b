package bullmq

import "github.com/redis/go-redis/v9"

// Connect stub
type Connect struct{ URL string }

func (c Connect) Check() error    { return nil }
func (c Connect) Address() string { return c.URL }
func (c Connect) IsCluster() bool { return false }
func (c Connect) Open() (redis.UniversalClient, error) {
	o, err := redis.ParseURL(c.URL)
	if err != nil {
		return nil, err
	}
	o.ContextTimeoutEnabled = true
	return redis.NewClient(o), nil
}
func Explain(err error) string { return err.Error() }
