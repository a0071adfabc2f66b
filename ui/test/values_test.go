package uitest_test

import "testing"

func (s *site) values(t *testing.T) {}
