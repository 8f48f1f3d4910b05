// SPDX-License-Identifier: Apache-2.0

package organizations_test

import (
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/service"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

func TestScripts(t *testing.T) { servicetest.Run(t, service.All(nil)) }
