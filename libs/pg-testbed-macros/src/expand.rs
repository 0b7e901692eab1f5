//! The test that is put around the function.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, FnArg, ItemFn, Type};

use crate::options::Options;

/// How the function takes its argument.
struct Argument {
    /// The type that is made for it.
    made: TokenStream,
    /// How it is passed.
    passed: TokenStream,
}

/// The function within a test of its name.
pub(crate) fn expand(options: &Options, function: &ItemFn) -> syn::Result<TokenStream> {
    let Argument { made, passed } = argument(function)?;
    let (name, output, attributes) = (&function.sig.ident, &function.sig.output, &function.attrs);
    let expects_panic = attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("should_panic"));
    let (setup, krate) = (options.setup(expects_panic), options.krate());
    let mut inner = function.clone();
    inner.attrs.clear();
    let call = if function.sig.asyncness.is_some() {
        quote! {
            #krate::harness::run_async(&#setup, async move |mut argument: #made| {
                #name(#passed).await
            })
        }
    } else {
        quote! {
            #krate::harness::run(&#setup, move |mut argument: #made| #name(#passed))
        }
    };
    Ok(quote! {
        #[::core::prelude::v1::test]
        #(#attributes)*
        fn #name() #output {
            #inner
            #[allow(unused_mut, reason = "only some tests change their argument")]
            { #call }
        }
    })
}

fn argument(function: &ItemFn) -> syn::Result<Argument> {
    let inputs = &function.sig.inputs;
    let (Some(FnArg::Typed(only)), 1) = (inputs.first(), inputs.len()) else {
        let message = "expected one argument, such as `db: ScratchDb`";
        return Err(Error::new_spanned(&function.sig, message));
    };
    let Type::Reference(reference) = &*only.ty else {
        let (made, passed) = (only.ty.to_token_stream(), quote!(argument));
        return Ok(Argument { made, passed });
    };
    let (target, mutability) = (&reference.elem, &reference.mutability);
    let is_text = matches!(&**target, Type::Path(path) if path.path.is_ident("str"));
    let made = if is_text {
        quote!(::std::string::String)
    } else {
        target.to_token_stream()
    };
    let passed = quote!(&#mutability argument);
    Ok(Argument { made, passed })
}
