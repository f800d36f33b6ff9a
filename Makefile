# pitboard. Two commands: `make run` shows it, `make test` proves it. Both install what they need (`make deps`).
PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
BUILD      ?= build
CC         ?= cc
OPT        ?= -O2
SAN        ?=

WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wpointer-arith \
          -Wwrite-strings -Wundef -Wvla -Werror -Wno-unknown-warning-option -Wno-format-truncation
CFLAGS += -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 $(OPT) -g $(WARN) $(SAN) -fno-omit-frame-pointer \
          -fstack-protector-strong $(if $(SAN),,-D_FORTIFY_SOURCE=2) -fPIE -Isrc -I. -MMD -MP
LDFLAGS += -pie -Wl,-z,relro,-z,now $(SAN)

# Folder → outside library. Each library is known in exactly one folder; base and core have none.
PKG_wire    := jansson
PKG_conf    := libconfig
PKG_store   := sqlite3
PKG_bus     := libmosquitto
PKG_display := sdl2 SDL2_ttf
# Folder → folders it may use, nearest first (tests/lint/includes checks the same rule on the #includes).
USE_base    :=
USE_core    := base
USE_wire    := core base
USE_sys     := base
USE_conf    := core base
USE_store   := core base
USE_bus     := base
USE_report  := core base
USE_app     := report bus store conf wire core sys base
USE_display := bus conf wire core sys base

LAYERS  := base core wire sys conf store bus report app
FOLDERS := $(LAYERS) display
dir_display := display
$(foreach l,$(LAYERS),$(eval dir_$(l) := src/$(l)))

# A file with a main: not part of its folder's archive.
MAINS := src/app/hubd.c src/app/pitboard.c display/main.c
PROGRAMS := $(BUILD)/pitboard-hub $(BUILD)/pitboard $(BUILD)/pitboard-screen

# Packages of Debian 12 and 13.
DEPS_BUILD := gcc make pkg-config libmosquitto-dev libsdl2-dev libsdl2-ttf-dev libsqlite3-dev libconfig-dev libjansson-dev gettext
DEPS_RUN   := mosquitto fonts-noto-core fonts-dejavu-core tzdata
DEPS_TEST  := libcmocka-dev mosquitto-clients sqlite3 python3 xvfb clang clang-format cppcheck procps

.PHONY: all deps run test check lint bench install uninstall clean pictures
.DELETE_ON_ERROR:

all: $(PROGRAMS)

define folder_rules
src_$(1)  := $$(filter-out $$(MAINS),$$(wildcard $$(dir_$(1))/*.c))
obj_$(1)  := $$(patsubst %.c,$$(BUILD)/%.o,$$(src_$(1)))
libs_$(1) := $$(BUILD)/lib$(1).a $$(foreach u,$$(USE_$(1)),$$(BUILD)/lib$$(u).a)
pkgs_$(1) := $$(sort $$(PKG_$(1)) $$(foreach u,$$(USE_$(1)),$$(PKG_$$(u))))
$$(BUILD)/lib$(1).a: $$(obj_$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcs $$@ $$^
# Only this folder's own library is on its include path: base, core see libc alone.
$$(BUILD)/$$(dir_$(1))/%.o: $$(dir_$(1))/%.c
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(if $$(PKG_$(1)),$$$$(pkg-config --cflags $$(PKG_$(1)))) -c $$< -o $$@
endef
$(foreach l,$(FOLDERS),$(eval $(call folder_rules,$(l))))

pkg_libs = $(if $(1),$$(pkg-config --libs $(1)))

$(BUILD)/pitboard-hub: $(BUILD)/src/app/hubd.o $(libs_app)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(call pkg_libs,$(pkgs_app)) -lm -o $@
$(BUILD)/pitboard: $(BUILD)/src/app/pitboard.o $(libs_app)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(call pkg_libs,$(pkgs_app)) -lm -o $@
$(BUILD)/pitboard-screen: $(BUILD)/display/main.o $(libs_display)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(call pkg_libs,$(pkgs_display)) -lm -o $@

# tests/unit/<folder>_<what>.c links that folder's archive and those below it, nothing else.
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*.c))
unit_folder = $(firstword $(subst _, ,$(notdir $(1))))
# Tests that need a real broker also link the helper that runs one (by folder: broker_<folder>).
broker_bus := $(BUILD)/tests/broker.o
$(BUILD)/tests/broker.o: tests/broker.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@
.SECONDEXPANSION:
$(BUILD)/tests/%: tests/unit/%.c $$(broker_$$(call unit_folder,$$*)) $$(libs_$$(call unit_folder,$$*))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $< $(broker_$(call unit_folder,$*)) $(libs_$(call unit_folder,$*)) \
	  $(call pkg_libs,$(pkgs_$(call unit_folder,$*)) cmocka) -lm -o $@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
