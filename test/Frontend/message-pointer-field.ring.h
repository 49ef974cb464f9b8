// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
#include <span>
struct Node { int value; Node* next; }; // expected-note {{through field 'next' of type 'Node *'}}
struct Deep { float x; Node nodes[2]; }; // expected-note {{through field 'nodes' of type 'Node[2]'}}
struct [[ring::message]] Direct { const char* text; }; // expected-error {{field 'text' of message 'Direct' is a pointer: device and host share no addresses [message-pointer-field]}}
struct [[ring::message]] Nested { Deep deep; }; // expected-error {{field 'deep.nodes.next' of message 'Nested' is a pointer}}
struct [[ring::message]] Refers { int& x; }; // expected-error {{field 'x' of message 'Refers' is a reference}}
struct [[ring::message]] Calls { void (*f)(int); }; // expected-error {{field 'f' of message 'Calls' is a pointer}}
struct [[ring::message]] Member { int Node::*m; }; // expected-error {{field 'm' of message 'Member' is a pointer}}
struct [[ring::message]] Views { std::span<float> s; }; // expected-error {{field 's' of message 'Views' is a pointer}}
class [[ring::actor]] State { // expected-warning {{actor 'State' handles no message [actor-without-handlers]}}
  int fine;
};
class [[ring::actor]] Bad {
  int* cursor; // expected-error {{field 'cursor' of the state of actor 'Bad' is a pointer}}
};
