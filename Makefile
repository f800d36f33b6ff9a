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
# One short line for each file; V=1 shows the commands themselves.
tell     = $(if $(V),,@$(if $(findstring s,$(firstword -$(MAKEFLAGS))),,echo '  $(1)  $@';))
compile  = $(call tell,CC) $(CC) $(CFLAGS)
link     = $(call tell,LD) $(CC) $(CFLAGS) $(LDFLAGS)

# Folder → outside library. Each library is known in exactly one folder; base and core have none.
PKG_wire    := jansson
PKG_conf    := libconfig
PKG_store   := sqlite3
PKG_bus     := libmosquitto
PKG_xlsx    := xlsxwriter
PKG_display := sdl2 SDL2_ttf zlib
# Folder → folders it may use, nearest first (tests/lint/includes checks the same rule on the #includes).
USE_base    :=
USE_core    := base
USE_wire    := core base
USE_sys     := base
USE_conf    := core base
USE_store   := core base
USE_bus     := base
USE_report  := core base
USE_bay     := core sys base
USE_xlsx    := wire core sys base
USE_app     := bay report bus store conf wire core sys base
USE_display := bus conf wire core sys base

LAYERS  := base core wire sys conf store bus report bay xlsx app
FOLDERS := $(LAYERS) display
dir_display := display
$(foreach l,$(LAYERS),$(eval dir_$(l) := src/$(l)))

# A file with a main: not part of its folder's archive.
MAINS := src/app/hubd.c src/app/bayd.c src/app/pitboard.c src/xlsx/main.c display/main.c
PROGRAMS := $(BUILD)/pitboard-hub $(BUILD)/pitboard-bay $(BUILD)/pitboard $(BUILD)/pitboard-screen $(BUILD)/pitboard-xlsx

# Packages of Debian 12 and 13.
DEPS_BUILD := gcc libc6-dev make pkg-config libmosquitto-dev libsdl2-dev libsdl2-ttf-dev zlib1g-dev libsqlite3-dev libconfig-dev libjansson-dev libxlsxwriter-dev gettext
DEPS_RUN   := mosquitto libsdl2-image-2.0-0 fonts-noto-core fonts-dejavu-core tzdata
DEPS_TEST  := fonts-droid-fallback faketime libcmocka-dev mosquitto-clients sqlite3 python3 xvfb clang libclang-rt-dev clang-format cppcheck procps mandoc systemd strace openssl libxml2-utils chromium

.PHONY: all deps deps-run run test tests check torture lint bench install uninstall clean pictures
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
	$$(compile) $$(if $$(PKG_$(1)),$$$$(pkg-config --cflags $$(PKG_$(1)))) -c $$< -o $$@
endef
$(foreach l,$(FOLDERS),$(eval $(call folder_rules,$(l))))

# Words of the screen: display/po/LANG.po → a catalogue beside the programs, and the same built into them.
PO := $(sort $(wildcard display/po/*.po))
MO := $(PO:display/po/%.po=$(BUILD)/locale/%/LC_MESSAGES/pitboard.mo)
$(BUILD)/locale/%/LC_MESSAGES/pitboard.mo: display/po/%.po
	@mkdir -p $(@D)
	@msgfmt --check -o $@ $<
$(BUILD)/display/builtin.c: $(MO) display/po/embed
	@mkdir -p $(@D)
	@display/po/embed $(MO) >$@
$(BUILD)/display/builtin.o: $(BUILD)/display/builtin.c
	$(compile) -c $< -o $@
$(BUILD)/libdisplay.a: $(BUILD)/display/builtin.o

pkg_libs = $(if $(1),$$(pkg-config --libs $(1)))

$(BUILD)/pitboard-hub: $(BUILD)/src/app/hubd.o $(libs_app)
	$(link) $^ $(call pkg_libs,$(pkgs_app)) -lm -o $@
$(BUILD)/pitboard-bay: $(BUILD)/src/app/bayd.o $(libs_app)
	$(link) $^ $(call pkg_libs,$(pkgs_app)) -lm -o $@
$(BUILD)/pitboard: $(BUILD)/src/app/pitboard.o $(libs_app)
	$(link) $^ $(call pkg_libs,$(pkgs_app)) -lm -o $@
$(BUILD)/pitboard-xlsx: $(BUILD)/src/xlsx/main.o $(libs_xlsx)
	$(link) $^ $(call pkg_libs,$(pkgs_xlsx)) -lm -o $@
$(BUILD)/pitboard-screen: $(BUILD)/display/main.o $(libs_display)
	$(link) $^ $(call pkg_libs,$(pkgs_display)) -lm -o $@

# tests/unit/<folder>_<what>.c links that folder's archive and those below it, nothing else.
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*.c))
unit_folder = $(firstword $(subst _, ,$(notdir $(1))))
# Tests that need a real broker also link the helper that runs one (by folder: broker_<folder>).
broker_bus := $(BUILD)/tests/broker.o
broker_app := $(BUILD)/tests/broker.o
$(BUILD)/tests/broker.o: tests/broker.c
	@mkdir -p $(@D)
	$(compile) -c $< -o $@
.SECONDEXPANSION:
$(BUILD)/tests/%: tests/unit/%.c $$(broker_$$(call unit_folder,$$*)) $$(libs_$$(call unit_folder,$$*))
	@mkdir -p $(@D)
	$(link) $< $(broker_$(call unit_folder,$*)) $(libs_$(call unit_folder,$*)) \
	  $(call pkg_libs,$(pkgs_$(call unit_folder,$*)) cmocka) -lm -o $@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- the two commands. Looking takes fewer packages than proving.
run: deps-run
	@$(MAKE) --no-print-directory -j2 all
	$(BUILD)/pitboard run

# gcc and everything; the compiled tests again with clang under ASan and UBSan; 90 s of fuzzing. One total at the end.
test: deps
	@$(MAKE) --no-print-directory -j2 all tests
	@$(MAKE) --no-print-directory -j2 all tests CC=clang BUILD=$(BUILD)-san OPT=-O1 \
	  SAN="-fsanitize=address,undefined -fno-sanitize-recover=all -DPITBOARD_CHECK"
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory fuzz-short
	@tests/all $(BUILD) $(BUILD)-san

tests: $(UNIT) $(BUILD)/tests/replay $$(ENDURE) $$(FAULT) $$(PRELOADED) $(BUILD)/bench/frame

# Without installing anything and without sanitizers: for daily work. ONLY=word picks tests by name.
check: all tests
	@tests/run $(BUILD) $(if $(ONLY),--only $(ONLY))

# Speed beside bare limits taken in the same run. RUNS=n repeats more often.
BENCH_LIB_flood  :=
BENCH_LIB_count  := libmosquitto
BENCH_LIB_start  := libmosquitto
BENCH_LIB_commit := sqlite3
BENCH_LIB_pixel  := libmosquitto x11 xext
BENCH_LIB_rectangle := libmosquitto sdl2
BENCH := $(addprefix $(BUILD)/bench/,flood count start commit slow_sync.so pixel rectangle frame rollup)
$(BUILD)/bench/frame: tests/bench/frame.c $(libs_display)
	@mkdir -p $(@D)
	$(link) $< $(libs_display) $(call pkg_libs,$(pkgs_display)) -lm -o $@
$(BUILD)/bench/rollup: tests/bench/rollup.c $(libs_store)
	@mkdir -p $(@D)
	$(link) $< $(libs_store) $(call pkg_libs,$(pkgs_store)) -o $@
$(BUILD)/bench/%.so: tests/bench/%.c
	@mkdir -p $(@D)
	$(compile) -fPIC -shared $< -o $@
$(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(link) $< $(call pkg_libs,$(BENCH_LIB_$*)) -o $@
bench: all $(BENCH)
	@tests/bench/run $(BUILD) $(if $(RUNS),--runs $(RUNS))

clean:
	rm -rf $(BUILD) $(BUILD)-san $(BUILD)-fuzz $(BUILD)-tsan

# The table of cases: the hub without a broker, on a fake clock.
REPLAY_SRC := $(wildcard tests/replay/*.c)
$(BUILD)/tests/replay: $(REPLAY_SRC) $(wildcard tests/replay/*.h) $(libs_app)
	@mkdir -p $(@D)
	$(link) $(REPLAY_SRC) $(libs_app) $(call pkg_libs,$(pkgs_app)) -lm -o $@

# Senders and loads for runs in which hub and broker die, clocks jump and bays shout.
ENDURE := $(patsubst tests/endure/%.c,$(BUILD)/tests/%,$(wildcard tests/endure/*.c))
$(ENDURE): $(BUILD)/tests/%: tests/endure/%.c $(libs_app)
	@mkdir -p $(@D)
	$(link) $< $(libs_app) $(call pkg_libs,$(pkgs_app)) -lm -o $@

# The long forms of the tests, more than two hours, each bounded in time, each with its totals. ONLY=word picks sections
# by name; MINUTES=40 begins only what usually ends within them.
torture: deps
	@$(MAKE) --no-print-directory -j2 all tests
	@tests/torture $(BUILD) $(if $(ONLY),--only $(ONLY)) $(if $(MINUTES),--minutes $(MINUTES))

# ---- deps: what is missing of the packages, silent when nothing is.
deps-run: NEEDED := $(DEPS_BUILD) $(DEPS_RUN)
deps:     NEEDED := $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_TEST)
deps deps-run:
	@missing=$$(for p in $(NEEDED); do \
	  dpkg-query -W -f='$${db:Status-Status}\n' $$p 2>/dev/null | grep -qx installed || echo $$p; done); \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ]; then as_root=; \
	elif command -v sudo >/dev/null; then as_root=sudo; \
	else echo "make $@: run as root: apt-get install" $$missing >&2; exit 1; fi; \
	echo "Installing" $$missing; \
	$$as_root apt-get update -q && \
	$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing

# ---- lint: format, a fixed list of checks, the include rules.
LINT_FILES = $(shell find src display tests -name '*.[ch]' | sort)
lint:
	@clang-format --dry-run --Werror $(LINT_FILES)
	@cppcheck --quiet --std=c11 --language=c --error-exitcode=1 --inline-suppr -j 2 \
	  --enable=warning,performance,portability --suppress=missingIncludeSystem --suppress=internalAstError \
	  -D_GNU_SOURCE -Isrc -I. src display
	@tests/lint/includes
	@tests/lint/man
	@tests/lint/po

# ---- install: where Debian expects things. Units follow PREFIX: systemd reads /usr/lib and /usr/local/lib.
BINDIR  = $(PREFIX)/bin
LIBDIR  = $(PREFIX)/lib
MANDIR  = $(PREFIX)/share/man
LOCALEDIR = $(PREFIX)/share/locale
DOCDIR  = $(PREFIX)/share/doc/pitboard
CONFDIR = $(SYSCONFDIR)/pitboard
UNITS   = pitboard-hub.service pitboard-bay.service pitboard-screen.service pitboard-daily.service pitboard-daily.timer
MAN1    = pitboard.1 pitboard-screen.1 pitboard-xlsx.1
MAN5    = pitboard.cfg.5
MAN8    = pitboard-hub.8 pitboard-bay.8
DOCS    = config/pitboard.cfg display/po/pitboard.pot config/asyncapi.yaml config/mosquitto/pitboard.conf config/mosquitto/pitboard.acl

install: $(PROGRAMS) $(MO)
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(MANDIR)/man1 $(MANDIR)/man5 $(MANDIR)/man8 $(DOCDIR) $(CONFDIR) \
	  $(LIBDIR)/systemd/system $(LIBDIR)/sysusers.d $(LIBDIR)/tmpfiles.d $(LIBDIR)/udev/rules.d)
	install -m 755 $(PROGRAMS) $(DESTDIR)$(BINDIR)/
	for l in $(PO:display/po/%.po=%); do install -D -m 644 $(BUILD)/locale/$$l/LC_MESSAGES/pitboard.mo \
	  $(DESTDIR)$(LOCALEDIR)/$$l/LC_MESSAGES/pitboard.mo || exit 1; done
	install -m 644 $(addprefix config/man/,$(MAN1)) $(DESTDIR)$(MANDIR)/man1/
	install -m 644 $(addprefix config/man/,$(MAN5)) $(DESTDIR)$(MANDIR)/man5/
	install -m 644 $(addprefix config/man/,$(MAN8)) $(DESTDIR)$(MANDIR)/man8/
	install -m 644 $(wildcard README.md) $(DOCS) $(DESTDIR)$(DOCDIR)/
	for u in $(UNITS); do sed -e 's#@BINDIR@#$(BINDIR)#g' -e 's#@SYSCONFDIR@#$(SYSCONFDIR)#g' systemd/$$u \
	  >$(DESTDIR)$(LIBDIR)/systemd/system/$$u || exit 1; chmod 644 $(DESTDIR)$(LIBDIR)/systemd/system/$$u; done
	install -m 644 systemd/pitboard.sysusers $(DESTDIR)$(LIBDIR)/sysusers.d/pitboard.conf
	install -m 644 systemd/pitboard.tmpfiles $(DESTDIR)$(LIBDIR)/tmpfiles.d/pitboard.conf
	install -m 644 systemd/pitboard.rules $(DESTDIR)$(LIBDIR)/udev/rules.d/71-pitboard.rules
	@cfg=$(DESTDIR)$(CONFDIR)/pitboard.cfg; if [ ! -e $$cfg ]; then install -m 644 config/pitboard.cfg $$cfg; \
	  elif ! cmp -s config/pitboard.cfg $$cfg; then echo "$$cfg is kept; the new example is in $(DOCDIR)"; fi
	@[ -n "$(DESTDIR)" ] || echo "Now: systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload &&" \
	  "systemctl enable --now pitboard-hub"

# An edited configuration and the database stay.
uninstall:
	cfg=$(DESTDIR)$(CONFDIR)/pitboard.cfg; if cmp -s $(DESTDIR)$(DOCDIR)/pitboard.cfg $$cfg; then rm -f $$cfg; fi
	rm -f $(addprefix $(DESTDIR)$(BINDIR)/,$(notdir $(PROGRAMS))) $(addprefix $(DESTDIR)$(LIBDIR)/systemd/system/,$(UNITS)) \
	  $(addprefix $(DESTDIR)$(LIBDIR)/,sysusers.d/pitboard.conf tmpfiles.d/pitboard.conf udev/rules.d/71-pitboard.rules) \
	  $(addprefix $(DESTDIR)$(MANDIR)/man1/,$(MAN1)) $(addprefix $(DESTDIR)$(MANDIR)/man5/,$(MAN5)) \
	  $(addprefix $(DESTDIR)$(MANDIR)/man8/,$(MAN8)) $(PO:display/po/%.po=$(DESTDIR)$(LOCALEDIR)/%/LC_MESSAGES/pitboard.mo) \
	  $(addprefix $(DESTDIR)$(DOCDIR)/,README.md $(notdir $(DOCS)))
	rmdir --ignore-fail-on-non-empty $(addprefix $(DESTDIR),$(DOCDIR) $(CONFDIR))

# ---- faults: a disk in memory that loses power or refuses, memory that runs out. Each tests/fault/*.c with a
# main is a program; disk, heap, shop and yard are what they share.
FAULT_MAINS := $(patsubst tests/fault/%.c,%,$(shell grep -l '^int main' tests/fault/*.c))
FAULT_SRC   := $(addprefix tests/fault/,disk.c disk_vfs.c heap.c shop.c yard.c)
FAULT       := $(FAULT_MAINS:%=$(BUILD)/tests/fault_%)
$(BUILD)/tests/fault_%: tests/fault/%.c $(FAULT_SRC) $(wildcard tests/fault/*.h) $(libs_app)
	@mkdir -p $(@D)
	$(link) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup $< $(FAULT_SRC) $(libs_app) \
	  $(call pkg_libs,$(pkgs_app) cmocka) -lm -o $@

# Preloaded into a real program: its n-th call of a kind fails, it gets no surface to draw on. Never sanitized: it stands below whatever is.
PRELOADED := $(addprefix $(BUILD)/tests/,nth.so no_surface.so)
$(PRELOADED): $(BUILD)/tests/%.so: tests/fault/%.c
	@mkdir -p $(@D)
	$(call tell,LD) $(CC) $(filter-out $(SAN) -fPIE,$(CFLAGS)) -fPIC -shared $< -o $@

# ---- fuzz: tests/fuzz/*.c with clang's libFuzzer; `make fuzz T=msg S=60` runs one, `make fuzz-all S=60` each,
# `make fuzz-short` all in 90 s of both cores together.
# What it finds and what it learnt stays below $(BUILD)-fuzz.
T ?= msg
S ?= 60
FUZZ      := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_MAKE  = $(MAKE) --no-print-directory -j2 CC=clang BUILD=$(BUILD)-fuzz OPT=-O1 \
  SAN="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -DPITBOARD_CHECK"
$(BUILD)/fuzz/%: tests/fuzz/%.c $(libs_bay) $(libs_conf) $(BUILD)/libwire.a $(libs_wire)
	@mkdir -p $(@D)
	$(link) -fsanitize=fuzzer $< $(libs_bay) $(BUILD)/libwire.a $(libs_conf) \
	  $(call pkg_libs,$(pkgs_wire) $(pkgs_conf)) -lm -o $@
.PHONY: fuzz fuzz-short fuzz-all
# 90 s in all, and the same inputs in the same order: what is new is for the long form to find.
FUZZ_SHORT_S := $(shell expr 90 / $(words $(FUZZ)))
fuzz:
	@$(FUZZ_MAKE) $(BUILD)-fuzz/fuzz/$(T)
	@tests/fuzz/run $(BUILD)-fuzz $(S) $(T)
fuzz-short:
	@SEED=1 $(MAKE) --no-print-directory fuzz-all S=$(FUZZ_SHORT_S)
fuzz-all:
	@$(FUZZ_MAKE) $(FUZZ:%=$(BUILD)-fuzz/fuzz/%)
	@tests/fuzz/run $(BUILD)-fuzz $(S) $(FUZZ)

# ---- threads: the tests of what starts one, under ThreadSanitizer.
THREADED := bus_ display_sound
.PHONY: threads
threads:
	@$(MAKE) --no-print-directory -j2 CC=clang BUILD=$(BUILD)-tsan OPT=-O1 SAN=-fsanitize=thread \
	  $(filter $(THREADED:%=$(BUILD)-tsan/tests/%%),$(UNIT:$(BUILD)/%=$(BUILD)-tsan/%))
	@for t in $(THREADED); do TSAN_OPTIONS="suppressions=tests/fault/threads.supp" \
	  tests/run $(BUILD)-tsan --programs --only $$t || exit 1; done

# ---- pictures for the README, drawn by the program itself; the last one as a colour-blind eye sees them.
PICTURE = $(BUILD)/pitboard-screen -o 'screen.theme.brand="\#E2574C"' -o 'screen.theme.logo="tests/golden/boards/logo.svg"'
BOARDS  = tests/golden/boards
SEEN    = $(BUILD)/lounge.png $(BUILD)/call.png $(BUILD)/workshop.png
pictures: $(BUILD)/pitboard-screen
	$(PICTURE) --board $(BOARDS)/day.json --size 1920x1080 --lang ru --snapshot config/screen.png
	$(PICTURE) --board $(BOARDS)/call.json --size 1280x720 --lang ru --snapshot config/screen-call.png
	$(PICTURE) --board $(BOARDS)/floor.json --view workshop --size 1280x720 --lang ru --snapshot config/screen-workshop.png
	$(PICTURE) --board $(BOARDS)/day.json --size 720x1280 --lang ru,en --snapshot config/screen-portrait.png
	$(PICTURE) --board $(BOARDS)/day.json --size 1280x720 --lang ru --snapshot $(BUILD)/lounge.png
	$(PICTURE) --board $(BOARDS)/call.json --size 1280x720 --lang ru --snapshot $(BUILD)/call.png
	$(PICTURE) --board $(BOARDS)/floor.json --view workshop --size 1280x720 --lang ru --snapshot $(BUILD)/workshop.png
	tests/colourblind deutan config/screen-deuteranopia.png $(SEEN)
