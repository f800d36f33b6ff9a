/*
 * Forms of texts that are more than texts. Each function returns what is wrong with a text and the cure, as
 * the rest of a sentence that begins with the text ("is not …; write …"), or NULL. The text is UTF-8 without
 * control characters and not empty. Internal to src/conf.
 */
#pragma once

/* An MQTT topic filter (MQTT 3.1.1, 4.7) that matches nothing below pit/v1/ and none of the broker's own. */
const char *check_filter(const char *text);

/* An MQTT topic to publish to, not below pit/v1/; no empty levels. */
const char *check_topic(const char *text);

/* A JSON pointer (RFC 6901). */
const char *check_pointer(const char *text);

/* A name out of linux/input-event-codes.h by its form; KEY_POWER is refused. */
const char *check_code(const char *text);

/* A mail address as a header takes it (text_is_address). */
const char *check_address(const char *text);
